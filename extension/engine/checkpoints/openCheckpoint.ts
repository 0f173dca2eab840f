import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GeometryError } from '../../contract/errors.js';
import { isFolderFormatFile, weightEndingOf } from '../../contract/weightFormats.js';
import type { Checkpoint } from './tensors/checkpoint.js';
import { isCompanionFile } from './bytes/companionFiles.js';
import { openFile, type FileByteSource } from './bytes/fileByteSource.js';
import { readError } from '../../disk/systemErrors.js';
import { grouped } from '../ground/work/grouped.js';
import { withSource } from './tensors/storedTensors.js';
import { looksLikeZip } from './bytes/zipArchive.js';
import { adapterConfigOf } from './adapters/adapterConfig.js';
import { hasAdapters, withAdapters } from './adapters/adapters.js';
import { DISTCP_METADATA, openDistcp } from './distributed/distcp.js';
import { foreignFile, zipKind } from './foreignFormats.js';
import { HEAD_BYTES, formatOfEnding, formats } from './formats.js';
import { isIndexName, openHuggingFaceIndex } from './sharded/huggingFaceIndex.js';
import { folderOf, packingConfigOf } from './packing/packingConfig.js';
import { unpacked } from './packing/unpacked.js';
import { besideLayers, fileSetOf, openFileSet } from './sharded/fileSets.js';
import { loneRank } from './sharded/loneRank.js';
import { megatronFiles, openMegatronFolder } from './sharded/megatronFolder.js';

/** The checkpoint of a file that is open: recognised by its first bytes, else by its ending. */
const readWeightFile = async (source: FileByteSource): Promise<Checkpoint> => {
  const { name: path, size } = source;
  const head = await source.read(0, Math.min(HEAD_BYTES, size));
  const refuse = (sentence: string) => new GeometryError('not-a-checkpoint', `${path}: ${sentence}.`);
  const recognised = formats.find((format) => format.recognise(head, size));
  if (recognised !== undefined) return recognised.read(source);
  if (looksLikeZip(head)) {
    const kind = await zipKind(source);
    if ('sentence' in kind) throw refuse(kind.sentence);
    return formats.find(({ name }) => name === kind.reader)!.read(source);
  }
  const foreign = foreignFile(path, head, size);
  if (foreign !== undefined) throw refuse(foreign);
  const named = formatOfEnding(weightEndingOf(path));
  if (named !== undefined) return named.read(source);
  const known = formats.map(({ name }) => name).join(', ');
  throw refuse(`not a weight file of a known format (${known})`);
};

const openWeightFile = async (path: string): Promise<Checkpoint> =>
  withSource(await openFile(path), readWeightFile);

/** Place in the table of formats by ending; -1 for other files. */
const rankByEnding = (name: string): number =>
  formats.findIndex(({ endings }) => endings.includes(weightEndingOf(name)));

interface FolderContents {
  readonly isDistributed: boolean;
  readonly indexes: readonly string[];
  /** Single files and, as one entry, sets of numbered shards; the preferred format first. */
  readonly weights: readonly (readonly string[])[];
  /** Files of Megatron's ranks, each in a folder of its own. */
  readonly ranks: readonly string[];
}

const look = async (folder: string): Promise<FolderContents> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    throw readError(folder, thrown);
  });
  const names = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('.') && !isCompanionFile(name))
    .sort();
  const beside = besideLayers(names);
  const candidates = names.filter((candidate) => rankByEnding(candidate) >= 0 && !beside.has(candidate));
  const sets = grouped(candidates, (name) => fileSetOf(name) ?? name);
  const byPreference = [...sets].sort(([a], [b]) => rankByEnding(a) - rankByEnding(b));
  const isSafetensors = (name: string): number => (name.includes('.safetensors') ? 0 : 1);
  return {
    isDistributed: entries.some(({ name }) => name === DISTCP_METADATA),
    indexes: names.filter(isIndexName).sort((a, b) => isSafetensors(a) - isSafetensors(b)),
    weights: byPreference.map(([, set]) => set.map((name) => join(folder, name))),
    ranks: await megatronFiles(
      folder,
      entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    ),
  };
};

const openFolder = async (folder: string): Promise<Checkpoint> => {
  const { indexes, weights, isDistributed, ranks } = await look(folder);
  if (isDistributed) return openDistcp(folder);
  const index = indexes[0];
  if (index !== undefined) return openHuggingFaceIndex(join(folder, index), openWeightFile);
  const preferred = weights[0];
  if (ranks.length > 0 && preferred === undefined) {
    return openMegatronFolder(
      ranks.map((name) => join(folder, name)),
      openWeightFile,
    );
  }
  if (preferred === undefined) {
    throw new GeometryError('no-checkpoints', `${folder}: there is no weight file in this folder.`);
  }
  const rank = rankByEnding(preferred[0]!);
  const rivals = weights.filter((set) => rankByEnding(set[0]!) === rank);
  if (rivals.length > 1) {
    throw new GeometryError(
      'invalid-argument',
      `${folder}: this folder holds ${rivals.length} checkpoints, not one; name the file to open.`,
    );
  }
  const isSet = fileSetOf(basename(preferred[0]!)) !== undefined;
  return isSet ? openFileSet(preferred, openWeightFile) : openWeightFile(preferred[0]!);
};

/**
 * Opens one checkpoint: a weight file, a sharded set's index, or a folder that holds one checkpoint (a distributed
 * one, an index, a set of files or a single one; safetensors before other formats, optimiser files never). A file's format is
 * chosen by content first and by ending second.
 * @throws GeometryError with the file and the reason in one sentence.
 */
export const openCheckpoint = async (path: string): Promise<Checkpoint> => {
  const stats = await stat(path).catch((thrown: unknown) => {
    throw readError(path, thrown);
  });
  if (stats.isFile() && isFolderFormatFile(basename(path))) return openCheckpoint(dirname(path));
  const isFolder = stats.isDirectory();
  const open = isFolder
    ? openFolder
    : isIndexName(path)
      ? (index: string) => openHuggingFaceIndex(index, openWeightFile)
      : openWeightFile;
  const folder = folderOf(path, isFolder);
  const [opened, config, apart] = await Promise.all([
    open(path),
    packingConfigOf(folder),
    isFolder ? [] : loneRank(path),
  ]);
  const whole = apart.length === 0 ? opened : { ...opened, warnings: [...opened.warnings, ...apart] };
  const weights = unpacked(whole, config);
  return hasAdapters(weights) ? withAdapters(weights, await adapterConfigOf(folder)) : weights;
};
