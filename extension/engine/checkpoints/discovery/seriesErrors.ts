import { basename, extname } from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import { foreignFolder } from '../foreignFormats.js';
import type { FolderListing } from './seriesFolder.js';
import { weightEndings } from '../../../contract/weightFormats.js';

const MOST_NAMED = 4;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const namesOf = (paths: readonly string[]): string =>
  paths
    .slice(0, MOST_NAMED)
    .map((path) => basename(path))
    .join(', ') + (paths.length > MOST_NAMED ? ', …' : '');

/** "3 .json files, 1 .txt file", the most frequent first. */
const census = (names: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(extname(name), (counts.get(extname(name)) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_NAMED)
    .map(([ending, count]) => counted(count, ending === '' ? 'file' : `${ending} file`))
    .join(', ');
};

/** Why nothing was found under a folder: what was looked for, and what there is instead. */
export const noCheckpoints = (top: string, listings: readonly FolderListing[]): GeometryError => {
  const companions = listings.flatMap((listing) => listing.companions);
  const others = listings.flatMap((listing) => listing.others);
  const here = listings[0]!;
  const isRun = here.others.includes('run.json') && here.folders.includes('checkpoints');
  if (isRun)
    return new GeometryError('no-checkpoints', `${top}: this training run has not saved a checkpoint yet.`);
  const foreign = listings
    .map(({ others: names }) => foreignFolder(names))
    .find((said) => said !== undefined);
  if (foreign !== undefined) return new GeometryError('no-checkpoints', `${top}: ${foreign}.`);
  if (companions.length > 0) {
    return new GeometryError(
      'no-checkpoints',
      `${top}: there are only optimizer and trainer files here (${namesOf(companions)}), and no weights.`,
    );
  }
  if (others.length === 0 && here.folders.length === 0) {
    return new GeometryError('no-checkpoints', `${top}: the folder is empty.`);
  }
  const below = listings.length > 1 ? ` in it and ${counted(listings.length - 1, 'folder')} below` : '';
  const found = others.length > 0 ? census(others) : 'no files at all';
  const unopened = listings.reduce((sum, listing) => sum + listing.unopened, 0);
  const unseen = unopened > 0 ? ` Files without an ending that were not looked into: ${unopened}.` : '';
  return new GeometryError(
    'no-checkpoints',
    `${top}: no weights were found${below}. Looked for ${weightEndings.join(', ')} files and folders such as ` +
      `checkpoint-500; found ${found}.${unseen}`,
  );
};
