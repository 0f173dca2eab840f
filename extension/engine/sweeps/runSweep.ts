import type { ProviderName, RunFile } from '../../contract/run.js';
import { GeometryError } from '../../contract/errors.js';
import { readRunFile } from '../training/run/runDirectory.js';
import { RunControl } from '../training/trainer/runControl.js';
import { train, type RunEvents, type TrainOptions } from '../training/trainer/train.js';
import type { Cell } from './grid.js';
import { runFolder } from './sweepFile.js';

export interface SweepOptions {
  readonly signal: AbortSignal;
  readonly provider: ProviderName;
  /** How runs are trained; tests put in their own. */
  readonly training?: TrainOptions;
  /** A run begins or goes on; gives what listens to it. */
  readonly onRun?: (cell: Cell, folder: string) => RunEvents;
  /** A run has ended, now or in an earlier session. */
  readonly onEnded?: (cell: Cell, run: RunFile) => Promise<void> | void;
}

/**
 * Trains the runs of a sweep one after another: finished ones are passed over, begun ones go on from their last state.
 * The abort signal checkpoints the run under way and ends the sweep, which can then be resumed.
 * @throws GeometryError `cancelled` after the signal, and what training throws.
 */
export const runSweep = async (
  folder: string,
  cells: readonly Cell[],
  options: SweepOptions,
): Promise<void> => {
  for (const cell of cells) {
    const out = runFolder(folder, cell);
    const before = await readRunFile(out);
    const run = before?.status === 'finished' ? before : await trainCell(cell, out, before, options);
    if (options.signal.aborted) {
      throw new GeometryError('cancelled', `The sweep was stopped; the same command goes on with it.`);
    }
    await options.onEnded?.(cell, run);
  }
};

const trainCell = async (
  cell: Cell,
  out: string,
  before: RunFile | undefined,
  { signal, provider, training, onRun }: SweepOptions,
): Promise<RunFile> => {
  const control = new RunControl();
  const stop = (): void => control.stop();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    const resume = before !== undefined;
    const config = resume ? { ...before.config, maxSteps: cell.config.maxSteps } : cell.config;
    return await train({ config, out, provider, resume }, control, onRun?.(cell, out) ?? {}, training);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
