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

/** Where one run of a sweep stands, as its own directory says. */
export interface CellProgress {
  readonly cell: Cell;
  readonly status: 'queued' | RunFile['status'];
  readonly step: number;
  readonly grokStep?: number;
  /** It seems to have been left by another host, by a clock that may not be this one's: it may be running there. */
  readonly unsure?: true;
  /** Absent before the run has begun, and where its directory cannot be read. */
  readonly learnt?: Learnt;
  /** Absent before the run has begun, and where its directory cannot be read. */
  readonly run?: RunFile;
  /** Why the run's directory cannot be read: it counts as failed, and the others stand where they stand. */
  readonly unreadable?: ErrorValue;
}

/** Runs whose files are open at once. */
export const filesAtOnce = 64;

/** The progress table of a sweep, in the order of the queue. A run that another host has, or had, is told as `unsure`. */
export const sweepProgress = (folder: string, cells: readonly Cell[]): Promise<CellProgress[]> =>
  atATime(cells, filesAtOnce, (cell) => progressOf(folder, cell));

/**
 * The same, true also where the clocks of several hosts differ: runs that seem to have been left by another host are
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
