import { GeometryError, type ErrorValue } from '../../contract/errors.js';
import type { RunFile } from '../../contract/run.js';
import { findRun } from '../../queue/localRun.js';
import { atATime } from '../ground/atATime.js';
import { readMetrics } from '../training/run/metricsFile.js';
import { readRunFile } from '../training/run/runDirectory.js';
import type { Cell } from './grid.js';
import { learntOf, type Learnt } from './learnt.js';
import { silentRuns } from './silentRuns.js';
import { runFolder } from './sweepFile.js';

/** The state of one run of a sweep, from its own folder. */
export interface CellProgress {
  readonly cell: Cell;
  readonly status: 'queued' | RunFile['status'];
  readonly step: number;
  readonly grokStep?: number;
  /** Apparently left by another host, by a clock that may differ from this one's: it may be running there. */
  readonly unsure?: true;
  /** Absent before the run begins, and if its folder cannot be read. */
  readonly learnt?: Learnt;
  /** Absent before the run begins, and if its folder cannot be read. */
  readonly run?: RunFile;
  /** Why the run's folder cannot be read: the run counts as failed, the others are unaffected. */
  readonly unreadable?: ErrorValue;
}

/** Number of runs whose files are open at once. */
export const filesAtOnce = 64;

/** The progress table of a sweep, in queue order. A run that another host trains, or trained, is `unsure`. */
export const sweepProgress = (folder: string, cells: readonly Cell[]): Promise<CellProgress[]> =>
  atATime(cells, filesAtOnce, (cell) => progressOf(folder, cell));

/**
 * The same, but reliable if the clocks of several hosts differ: runs apparently left by another host are
 * watched for a moment.
 */
export const watchedProgress = async (folder: string, cells: readonly Cell[]): Promise<CellProgress[]> => {
  const progress = await sweepProgress(folder, cells);
  const watched = progress.filter(({ unsure }) => unsure).map(({ cell }) => runFolder(folder, cell));
  const silent = await silentRuns(watched);
  return atATime(progress, filesAtOnce, async ({ unsure, ...known }) => {
    if (!unsure || silent.has(runFolder(folder, known.cell))) return known;
    return progressOf(folder, known.cell);
  });
};

const progressOf = (folder: string, cell: Cell): Promise<CellProgress> =>
  cellProgress(folder, cell).catch((thrown: unknown): CellProgress => {
    if (!(thrown instanceof GeometryError)) throw thrown;
    return { cell, status: 'failed', step: 0, unreadable: thrown.toValue() };
  });

const cellProgress = async (sweep: string, cell: Cell): Promise<CellProgress> => {
  const folder = runFolder(sweep, cell);
  const run = await readRunFile(folder);
  if (run === undefined) return { cell, status: 'queued', step: 0 };
  const { status, lastStep, grokStep } = run;
  const learnt = await learntOf(folder);
  const common = { cell, run, learnt, ...(grokStep === undefined ? {} : { grokStep }) };
  if (status !== 'running' && status !== 'paused') return { ...common, status, step: lastStep };
  // A run marked as running without a process was killed: it resumes like a stopped one.
  const held = await findRun(folder);
  if (held.kind === 'none' || held.kind === 'lapsed') {
    const isUnsure = held.kind === 'lapsed' && held.by === 'clock';
    return { ...common, status: 'stopped', step: lastStep, ...(isUnsure ? { unsure: true } : {}) };
  }
  const metrics = await readMetrics(folder);
  return { ...common, status, step: Math.max(lastStep, metrics.at(-1)?.step ?? 0) };
};
