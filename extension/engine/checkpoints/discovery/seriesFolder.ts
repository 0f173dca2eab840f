import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { Warning } from '../../../contract/report.js';
import { folderFormats, isFolderFormatFile, weightEndingOf } from '../../../contract/weightFormats.js';
import type { FileIdentity } from '../../../disk/fileIdentity.js';
import { isCompanionFile } from '../bytes/companionFiles.js';
import { isIndexName } from '../sharded/huggingFaceIndex.js';
import { grouped } from '../../ground/work/grouped.js';
import { besideLayers, fileSetOf } from '../sharded/fileSets.js';
import { filesWithoutEnding } from './filesWithoutEnding.js';
import { isRankFile, isRankFolder, megatronFiles } from '../sharded/megatronFolder.js';
import { shardSetOf } from '../sharded/numberedShards.js';
import { readError } from '../../../disk/systemErrors.js';

/** What trainers keep beside a checkpoint under the checkpoint's own name: `step_100.optim.pt`, `trainer_000100.npz`. */
const besideNames =
  /(?:^|[._-])(?:optim(?:izer)?(?:_states?)?|scheduler|scaler|rng(?:_states?)?|training_args|trainer(?:_states?)?|moments)(?:[._-]|$)/i;

/** Folders that hold programs or caches, never checkpoints. */
const barrenFolders = new Set(['node_modules', '__pycache__', 'wandb', 'site-packages']);

/** One checkpoint in a folder: a file, or the files of a sharded one. */
export interface WeightUnit {
  /** Of its file, or of the set of its shards, without the ending. */
  readonly stem: string;
  /** Lower case, with the dot. */
  readonly ending: string;
  /** Weight files only, in the order of their names. */
  readonly files: readonly string[];
  /** Several files, or one of several, that are opened by their folder. */
  readonly isFolder: boolean;
  /** The index of a sharded one. */
  readonly index: string | undefined;
  readonly warnings: readonly Warning[];
}

export interface FolderListing {
  readonly folder: string;
  readonly units: readonly WeightUnit[];
  /** Optimiser and trainer files. */
  readonly companions: readonly string[];
  readonly others: readonly string[];
  readonly folders: readonly string[];
  /** Of the others, how many may be weights and were not looked into. */
  readonly unopened: number;
}

export const naturalOrder = new Intl.Collator('en', { numeric: true }).compare;

export const stemOf = (name: string): string =>
  name.slice(0, name.length - (weightEndingOf(name) || extname(name)).length);

const isBeside = (name: string): boolean => isCompanionFile(name) || besideNames.test(stemOf(name));

/** Of the shards that a set's names count to, the numbers that are absent. */
const missingShards = (folder: string, files: readonly string[]): Warning[] => {
  const total = Number(/-of-(\d+)/.exec(files[0]!)?.[1] ?? files.length);
  const absent = total - files.length;
  if (absent <= 0) return [];
  const message = `${folder}: ${absent} of ${total} shards ${absent === 1 ? 'is' : 'are'} missing.`;
  return [{ code: 'missing-shard', path: folder, message }];
};

const unitsOf = (folder: string, names: readonly string[]): WeightUnit[] => {
  const indexes = names.filter(isIndexName);
  const candidates = names.filter((candidate) => weightEndingOf(candidate) !== '');
  const sets = grouped(candidates, (name) => fileSetOf(name) ?? name);
  const indexNamed = new Map(
    indexes.map((name) => [name.toLowerCase(), name]).reverse() as [string, string][],
  );
  const indexOf = (stem: string, ending: string): string | undefined =>
    indexNamed.get(`${stem}${ending}.index.json`.toLowerCase());
  const units = [...sets].map(([key, files]): WeightUnit => {
    const isSet = shardSetOf(files[0]!) !== undefined;
    const ending = weightEndingOf(files[0]!);
    const stem = isSet ? key.slice(0, key.indexOf('-?-of-')) : stemOf(key);
    return {
      stem,
      ending,
      files,
      isFolder: fileSetOf(files[0]!) !== undefined,
      index: isSet ? indexOf(stem, ending) : undefined,
      warnings: isSet ? missingShards(folder, files) : [],
    };
  });
  // An index whose shards have other names, or are all gone, is a checkpoint too: opening it says what is wrong.
  const used = new Set(units.map(({ index }) => index));
  const orphans = indexes.filter((name) => !used.has(name));
  const claimed = orphans.map((name): WeightUnit => {
    const stem = name.replace(/\.[a-z]+\.index\.json$/i, '');
    return {
      stem,
      ending: weightEndingOf(name.replace(/\.index\.json$/i, '')),
      files: [],
      isFolder: false,
      index: name,
      warnings: [],
    };
  });
  return [...claimed, ...units];
};

/** A file whose name has no ending. */
const fileUnit = (name: string, ending: string): WeightUnit => ({
  stem: name,
  ending,
  files: [name],
  isFolder: false,
  index: undefined,
  warnings: [],
});

/** A folder of files that mean nothing one by one: slices of tensors, ranks of a model. */
const folderUnit = (folder: string, files: readonly string[], ending: string): WeightUnit => ({
  stem: basename(folder),
  ending,
  files,
  isFolder: true,
  index: undefined,
  warnings: [],
});

/**
 * What a folder holds, by names; where no name tells of weights, by the first bytes of files without an ending. Hidden files
 * are passed over.
 * @throws GeometryError `not-found`, `unreadable`.
 */
export const listFolder = async (folder: string): Promise<FolderListing> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    throw readError(folder, thrown);
  });
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const isLink = entry.isSymbolicLink();
    const target = isLink ? await stat(join(folder, entry.name)).catch(() => undefined) : entry;
    if (target?.isDirectory() === true && !barrenFolders.has(entry.name)) folders.push(entry.name);
    else if (target?.isFile() === true) files.push(entry.name);
  }
  files.sort(naturalOrder);
  const beside = besideLayers(files);
  const isCompanion = (name: string): boolean =>
    (isBeside(name) && !isRankFile(join(folder, name))) || beside.has(name);
  const isWeight = (name: string): boolean =>
    (weightEndingOf(name) !== '' || isIndexName(name)) && !isCompanion(name);
  const slices = files.filter(isFolderFormatFile);
  if (entries.some(({ name }) => folderFormats.some(({ marker }) => marker === name))) {
    // The other files in it are of the training: nothing by itself.
    const others = files.filter((name) => !slices.includes(name)).map((name) => join(folder, name));
    return {
      folder,
      units: [folderUnit(folder, slices, '.distcp')],
      companions: others,
      others: [],
      folders,
      unopened: 0,
    };
  }
  const ranks = await megatronFiles(folder, folders);
  const units = unitsOf(folder, files.filter(isWeight));
  if (ranks.length > 0 && units.length === 0) {
    const rest = folders.filter((name) => !isRankFolder(name));
    return {
      folder,
      units: [folderUnit(folder, ranks, weightEndingOf(ranks[0]!))],
      companions: files.filter(isCompanion).map((name) => join(folder, name)),
      others: files.filter((name) => !isCompanion(name)),
      folders: rest.sort(naturalOrder),
      unopened: 0,
    };
  }
  const rest = files.filter((name) => !isWeight(name) && !isCompanion(name));
  // Where names tell of weights, no other file is opened.
  const { found, unopened } = await filesWithoutEnding(folder, units.length > 0 ? [] : rest);
  return {
    folder,
    units: units.length > 0 ? units : [...found].map(([name, ending]) => fileUnit(name, ending)),
    companions: files.filter(isCompanion).map((name) => join(folder, name)),
    others: rest.filter((name) => !found.has(name)),
    folders: folders.sort(naturalOrder),
    unopened,
  };
};

/** Sizes and times of a unit's files; one that vanished meanwhile is left to whoever opens it. */
export const statFiles = async (folder: string, names: readonly string[]): Promise<FileIdentity[]> => {
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      return stats && { path, bytes: stats.size, modifiedMs: stats.mtimeMs };
    }),
  );
  return files.filter((file) => file !== undefined);
};
