import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GeometryError } from '../../contract/errors.js';
import { weightEndingOf } from '../../contract/weightFormats.js';
import type { Checkpoint } from './tensors/checkpoint.js';
import { isCompanionFile } from './bytes/companionFiles.js';
import { openFile } from './bytes/fileByteSource.js';
import { readError } from '../../disk/systemErrors.js';
import { grouped } from '../ground/work/grouped.js';
import { HEAD_BYTES, formatOf, formats } from './formats.js';
import { isIndexName, openHuggingFaceIndex } from './sharded/huggingFaceIndex.js';
import { folderOf, packingConfigOf } from './packing/packingConfig.js';
import { unpacked } from './packing/unpacked.js';
import { openNumberedShards, shardSetOf } from './sharded/numberedShards.js';

const readHead = async (path: string): Promise<{ head: Uint8Array; size: number }> => {
  const source = await openFile(path);
  try {
    return { head: await source.read(0, Math.min(HEAD_BYTES, source.size)), size: source.size };
  } finally {
    await source.close();
  }
};

const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

const openWeightFile = async (path: string): Promise<Checkpoint> => {
  const { head, size } = await readHead(path);
  if (Buffer.from(head).toString('latin1').startsWith(LFS_POINTER)) {
    throw new GeometryError(
      'not-a-checkpoint',
      `${path}: this is a Git LFS pointer, not the weights; run "git lfs pull" to fetch them.`,
    );
  }
  const format = formatOf(path, head, size);
  if (format !== undefined) return format.open(path);
  const known = formats.map(({ name }) => name).join(', ');
  throw new GeometryError('not-a-checkpoint', `${path}: not a weight file of a known format (${known}).`);
};

/** Place in the table of formats by ending; -1 for other files. */
const rankByEnding = (name: string): number =>
  formats.findIndex(({ endings }) => endings.includes(weightEndingOf(name)));

interface FolderContents {
  readonly indexes: readonly string[];
  /** Single files and, as one entry, sets of numbered shards; the preferred format first. */
  readonly weights: readonly (readonly string[])[];
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
  const candidates = names.filter((candidate) => rankByEnding(candidate) >= 0);
  const sets = grouped(candidates, (name) => shardSetOf(name) ?? name);
  const byPreference = [...sets].sort(([a], [b]) => rankByEnding(a) - rankByEnding(b));
  const isSafetensors = (name: string): number => (name.includes('.safetensors') ? 0 : 1);
  return {
    indexes: names.filter(isIndexName).sort((a, b) => isSafetensors(a) - isSafetensors(b)),
    weights: byPreference.map(([, set]) => set.map((name) => join(folder, name))),
  };
};

const openFolder = async (folder: string): Promise<Checkpoint> => {
  const { indexes, weights } = await look(folder);
  const index = indexes[0];
  if (index !== undefined) return openHuggingFaceIndex(join(folder, index), openWeightFile);
  const preferred = weights[0];
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
  const isSet = preferred.length > 1 || shardSetOf(preferred[0]!) !== undefined;
  return isSet ? openNumberedShards(preferred, openWeightFile) : openWeightFile(preferred[0]!);
};

/**
 * Opens one checkpoint: a weight file, a sharded set's index, or a folder that holds one checkpoint (an index first,
 * then numbered shards or a single file; safetensors before other formats, optimiser files never). A file's format is
 * chosen by content first and by ending second.
 * @throws GeometryError with the file and the reason in one sentence.
 */
export const openCheckpoint = async (path: string): Promise<Checkpoint> => {
  const stats = await stat(path).catch((thrown: unknown) => {
    throw readError(path, thrown);
  });
  const isFolder = stats.isDirectory();
  const open = isFolder
    ? openFolder
    : isIndexName(path)
      ? (index: string) => openHuggingFaceIndex(index, openWeightFile)
      : openWeightFile;
  const [opened, config] = await Promise.all([open(path), packingConfigOf(folderOf(path, isFolder))]);
  return unpacked(opened, config);
};
