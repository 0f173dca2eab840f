import { GeometryError } from '../../contract/errors.js';
import type { SweepRecord, SweepRun } from '../../contract/sweep.js';
import { cellsOf } from './grid.js';
import { readGrid } from './gridFile.js';
import { requireSameRun } from './sameRun.js';
import { sweepProgress, type CellProgress } from './progress.js';
import { beginSweep, readSweep, runFolder } from './sweepFile.js';

/**
 * The sweep in a folder: created there from a grid file, or read from the folder.
 * @throws GeometryError `invalid-config`; `invalid-argument` if the folder holds another grid, or a run another
 * configuration; `not-found` if no file is given and the folder holds none; `unreadable`, `malformed-file`,
 * `unwritable`, `disk-full`.
 */
export const openSweep = async (folder: string, gridFile: string | undefined): Promise<SweepRecord> => {
  const grid = gridFile === undefined ? await readSweep(folder) : await readGrid(gridFile);
  if (grid === undefined) throw new GeometryError('not-found', `${folder} holds no sweep: name its grid.`);
  await beginSweep(folder, grid);
  const progress = await sweepProgress(folder, cellsOf(grid));
  return { folder, name: grid.name, runs: progress.map((row) => runOf(folder, row)) };
};

/**
 * A started run continues with its own configuration, up to the grid's number of steps. A run with an
 * unreadable folder is included: training it reports the error.
 */
const runOf = (sweep: string, { cell, run, status, unreadable }: CellProgress): SweepRun => {
  const folder = runFolder(sweep, cell);
  if (run !== undefined) requireSameRun(cell, folder, run);
  return {
    folder,
    config: run === undefined ? cell.config : { ...run.config, maxSteps: cell.config.maxSteps },
    provider: run?.provider.name ?? 'auto',
    status,
    begun: run !== undefined || unreadable !== undefined,
  };
};
