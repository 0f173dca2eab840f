import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { writeAtomically } from '../ground/disk/atomicFile.js';
import { gridSchema, type Cell, type Grid } from './grid.js';

/** A sweep's folder: `sweep.json`, which holds the grid, and `runs/<cell>`, each an ordinary run directory. */
const fileSchema = v.object({ schema: v.literal('weight-geometry/sweep@1'), grid: gridSchema });

export const sweepPath = (folder: string): string => path.join(folder, 'sweep.json');
export const runFolder = (folder: string, { name }: Pick<Cell, 'name'>): string =>
  path.join(folder, 'runs', name);

/**
 * The grid that a folder holds, undefined where it holds none.
 * @throws GeometryError `unreadable`, `malformed-file`.
 */
export const readSweep = async (folder: string): Promise<Grid | undefined> => {
  const file = sweepPath(folder);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new GeometryError('unreadable', `${file} could not be read.`, { cause });
  }
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
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new GeometryError('unwritable', `${folder} could not be made.`, { cause });
  }
  const content = { schema: 'weight-geometry/sweep@1', grid } as const;
  await writeAtomically(sweepPath(folder), `${JSON.stringify(content, undefined, 2)}\n`);
};
