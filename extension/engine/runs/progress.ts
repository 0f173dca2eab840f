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
  /** Absent before the run has begun, and where its directory cannot be read. */
  readonly learnt?: Learnt;
  /** Absent before the run has begun, and where its directory cannot be read. */
  readonly run?: RunFile;
  /** Why the run's directory cannot be read: it counts as failed, and the others stand where they stand. */
  readonly unreadable?: ErrorValue;
}

/** Runs whose files are open at once. */
export const filesAtOnce = 64;

/** The progress table of a sweep, in the order of the queue. A run of another host whose clock differs may seem stopped. */
export const sweepProgress = (folder: string, cells: readonly Cell[]): Promise<CellProgress[]> =>
  atATime(cells, filesAtOnce, (cell) => progressOf(folder, cell));

/**
 * The same, true also where the clocks of several hosts differ: runs that seem to have been left by another host are
 * watched for a moment.
 */
export const watchedProgress = async (folder: string, cells: readonly Cell[]): Promise<CellProgress[]> => {
  const progress = await sweepProgress(folder, cells);
  const doubtful = await atATime(progress, filesAtOnce, async ({ cell, run }) => {
    if (run?.status !== 'running' && run?.status !== 'paused') return [];
    const held = await findRun(runFolder(folder, cell));
    return held.kind === 'lapsed' && held.by === 'clock' ? [runFolder(folder, cell)] : [];
  });
  const watched = doubtful.flat();
  const silent = await silentRuns(watched);
  const beating = new Set(watched.filter((run) => !silent.has(run)));
  return atATime(progress, filesAtOnce, (each) =>
    beating.has(runFolder(folder, each.cell)) ? progressOf(folder, each.cell) : Promise.resolve(each),
  );
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
  const { kind } = await findRun(folder);
  if (kind === 'none' || kind === 'lapsed') return { ...common, status: 'stopped', step: lastStep };
  const metrics = await readMetrics(folder);
  return { ...common, status, step: Math.max(lastStep, metrics.at(-1)?.step ?? 0) };
};
