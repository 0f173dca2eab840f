import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { makeFolder } from '../../disk/folders.js';
import { limits, readTextIfThere } from '../../disk/regularFile.js';
import { gridSchema, type Cell, type Grid } from './grid.js';

/** A sweep's folder: `sweep.json`, which holds the grid, and `runs/<cell>`, each an ordinary run directory. */
const fileSchema = v.object({ schema: v.literal('weight-geometry/sweep@1'), grid: gridSchema });

export const sweepPath = (folder: string): string => path.join(folder, 'sweep.json');
export const runFolder = (folder: string, { name }: Pick<Cell, 'name'>): string =>
  path.join(folder, 'runs', name);

/**
 * The grid of a folder; undefined if it has none.
 * @throws GeometryError `unreadable`, `too-large`, `malformed-file`.
 */
export const readSweep = async (folder: string): Promise<Grid | undefined> => {
  const file = sweepPath(folder);
  const text = await readTextIfThere(file, limits.record);
  if (text === undefined) return undefined;
  try {
    return v.parse(fileSchema, JSON.parse(text)).grid;
  } catch (cause) {
    throw new GeometryError('malformed-file', `${file} does not describe a sweep.`, { cause });
  }
};

/**
 * Creates a sweep in a folder, or finds it there.
 * @throws GeometryError `invalid-argument` if the folder holds a sweep of another grid; `unwritable`,
 * `disk-full`.
 */
export const beginSweep = async (folder: string, grid: Grid): Promise<void> => {
  const existing = await readSweep(folder);
  if (existing !== undefined) {
    if (isDeepStrictEqual(existing, grid)) return;
    throw new GeometryError(
      'invalid-argument',
      `${folder} already holds a sweep over another grid: name another folder, or the same settings to go on with it.`,
    );
  }
  await makeFolder(folder);
  await writeSweep(folder, grid);
};

/**
 * As {@link beginSweep}; if the folder's grid differs only in its seeds, the seeds of both are merged.
 * @returns the folder's grid.
 */
export const beginOrAddSeeds = async (folder: string, grid: Grid): Promise<Grid> => {
  const existing = await readSweep(folder);
  const seedless = (of: Grid): Grid => ({ ...of, seeds: [] });
  if (existing === undefined || !isDeepStrictEqual(seedless(existing), seedless(grid))) {
    await beginSweep(folder, grid);
    return grid;
  }
  const grown: Grid = { ...grid, seeds: [...new Set([...existing.seeds, ...grid.seeds])] };
  await writeSweep(folder, grown);
  return grown;
};

const writeSweep = (folder: string, grid: Grid): Promise<void> =>
  writeAtomically(
    sweepPath(folder),
    `${JSON.stringify({ schema: 'weight-geometry/sweep@1', grid }, undefined, 2)}\n`,
  );
