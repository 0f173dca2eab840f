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
 * The grid that a folder holds, undefined where it holds none.
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
 * Begins a sweep in a folder, or finds it there.
 * @throws GeometryError `invalid-argument` where the folder holds a sweep of another grid; `unwritable`, `disk-full`.
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
  const content = { schema: 'weight-geometry/sweep@1', grid } as const;
  await writeAtomically(sweepPath(folder), `${JSON.stringify(content, undefined, 2)}\n`);
};
