import type { RunFile } from '../../contract/run.js';
import { readRunFile } from '../training/run/runDirectory.js';
import type { Cell } from './grid.js';
import { runFolder } from './sweepFile.js';

/** Where one run of a sweep stands, as its own directory says. */
export interface CellProgress {
  readonly cell: Cell;
  readonly status: 'queued' | RunFile['status'];
  readonly step: number;
  readonly grokStep?: number;
}

/** The progress table of a sweep, in the order of the queue. */
export const sweepProgress = (folder: string, cells: readonly Cell[]): Promise<CellProgress[]> =>
  Promise.all(
    cells.map(async (cell): Promise<CellProgress> => {
      const run = await readRunFile(runFolder(folder, cell));
      if (run === undefined) return { cell, status: 'queued', step: 0 };
      const { status, lastStep: step, grokStep } = run;
      return { cell, status, step, ...(grokStep === undefined ? {} : { grokStep }) };
    }),
  );
