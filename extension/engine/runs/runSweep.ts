import type { TrainRequest } from '../../contract/calls.js';
import type { ProviderName, RunFile } from '../../contract/run.js';
import { GeometryError } from '../../contract/errors.js';
import { readRunFile } from '../training/run/runDirectory.js';
import { RunControl } from '../training/trainer/runControl.js';
import { train, type RunEvents } from '../training/trainer/train.js';
import type { Cell } from './grid.js';
import { requireSameRun } from './sameRun.js';
import { runFolder } from './sweepFile.js';

/** Trains one run, here or in a process of its own; throws as `train` does. */
export type TrainRun = (request: TrainRequest, control: RunControl, events: RunEvents) => Promise<RunFile>;

export interface SweepOptions {
  readonly signal: AbortSignal;
  readonly provider: ProviderName;
  /** Runs at once, one by default; of several each needs a process of its own. */
  readonly jobs?: number;
  /** How a run is trained: in this process by default. */
  readonly trainRun?: TrainRun;
  /** A run begins or goes on; gives what listens to it. */
  readonly onRun?: (cell: Cell, folder: string) => RunEvents;
  /** A run has ended, now or in an earlier session. One call at a time. */
  readonly onEnded?: (cell: Cell, run: RunFile) => Promise<void> | void;
}

/**
 * Trains the runs of a sweep, `jobs` at a time: finished ones are passed over, begun ones go on from their last state.
 * The abort signal checkpoints the runs under way and ends the sweep, which can then be resumed; so does the first error,
 * but for those that are a run's own (its loss did not stay finite, a file of it is damaged): the others go on.
 * @throws GeometryError `cancelled` after the signal; `not-finite` or `malformed-file` at the end, naming the runs;
 * `invalid-argument` where a folder holds a run of another configuration; what training throws.
 */
export const runSweep = async (
  folder: string,
  cells: readonly Cell[],
  options: SweepOptions,
): Promise<void> => {
  const { signal, jobs = 1, onEnded } = options;
  const halt = new AbortController();
  const halting = AbortSignal.any([signal, halt.signal]);
  const waiting = [...cells];
  const ownFailures: { readonly name: string; readonly error: GeometryError }[] = [];
  const failures: unknown[] = [];
  let endings: Promise<void> = Promise.resolve();

  const take = async (cell: Cell): Promise<void> => {
    const out = runFolder(folder, cell);
    const before = await readRunFile(out);
    if (before !== undefined) requireSameRun(cell, out, before);
    const run = before?.status === 'finished' ? before : await trainCell(cell, out, before, halting, options);
    if (halting.aborted) return;
    const told = endings.then(() => onEnded?.(cell, run));
    // Reporting the next run does not wait for the report of this one.
    endings = told.catch(() => undefined);
    await told;
  };
  const work = async (): Promise<void> => {
    for (let cell = waiting.shift(); cell !== undefined && !halting.aborted; cell = waiting.shift()) {
      try {
        await take(cell);
      } catch (thrown) {
        if (thrown instanceof GeometryError && isOwn(thrown)) {
          ownFailures.push({ name: cell.name, error: thrown });
          continue;
        }
        failures.push(thrown);
        halt.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));

  if (signal.aborted) {
    throw new GeometryError('cancelled', 'The sweep was stopped; the same command goes on with it.');
  }
  if (failures.length > 0) throw failures[0];
  const [first] = ownFailures;
  if (first === undefined) return;
  const diverged = ownFailures.filter(({ error }) => error.code === 'not-finite').map(({ name }) => name);
  const damaged = ownFailures.filter(({ error }) => error.code !== 'not-finite');
  const sentences = [
    ...(diverged.length > 0 ? [`The loss did not stay finite in ${diverged.join(', ')}.`] : []),
    ...damaged.map(({ name, error }) => `${name}: ${error.message}`),
    'The other runs have ended.',
  ];
  throw new GeometryError(first.error.code, sentences.join(' '), { cause: first.error });
};

/** Errors that are a run's own, and say nothing about the others. */
const isOwn = ({ code }: GeometryError): boolean => code === 'not-finite' || code === 'malformed-file';

const trainCell = async (
  cell: Cell,
  out: string,
  before: RunFile | undefined,
  halting: AbortSignal,
  { provider, trainRun = train, onRun }: SweepOptions,
): Promise<RunFile> => {
  const control = new RunControl();
  const stop = (): void => control.stop();
  if (halting.aborted) stop();
  halting.addEventListener('abort', stop);
  try {
    const resume = before !== undefined;
    const config = resume ? { ...before.config, maxSteps: cell.config.maxSteps } : cell.config;
    return await trainRun({ config, out, provider, resume }, control, onRun?.(cell, out) ?? {});
  } finally {
    halting.removeEventListener('abort', stop);
  }
};
