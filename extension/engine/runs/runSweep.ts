import { setTimeout } from 'node:timers/promises';
import type { TrainRequest } from '../../contract/calls.js';
import type { ProviderName, RunFile } from '../../contract/run.js';
import { GeometryError } from '../../contract/errors.js';
import type { Launcher, RunEvents } from '../../queue/launcher.js';
import type { Liveness } from '../../disk/liveness.js';
import { findRun } from '../../queue/localRun.js';
import { RunQueue, type QueuedRun } from '../../queue/runQueue.js';
import { expectedWork, longestFirst, sharersOf } from '../../queue/sharing.js';
import { readRunFile } from '../training/run/runDirectory.js';
import type { Cell } from './grid.js';
import { inThisProcess } from './engineLaunchers.js';
import { requireSameRun } from './sameRun.js';
import { runFolder } from './sweepFile.js';

export interface SweepOptions {
  readonly signal: AbortSignal;
  readonly provider: ProviderName;
  /** Where runs are trained, and how many at a time. Default: in this process, one by one. */
  readonly launcher?: Launcher;
  /** A run starts or continues; returns its listeners. */
  readonly onRun?: (cell: Cell, folder: string) => RunEvents;
  /** A run has ended, now or in an earlier session. One call at a time. */
  readonly onEnded?: (cell: Cell, run: RunFile) => Promise<void> | void;
  /**
   * Whether to wait for runs that other hosts train, and take over those of dead hosts (default). Otherwise the
   * first such run ends the sweep.
   */
  readonly waitsForOthers?: boolean;
  /** All other runs have ended: these are trained by other hosts, and waited for. */
  readonly onWaiting?: (cells: readonly Cell[]) => void;
}

const lookMs = 1_000;

interface Failure {
  readonly name: string;
  readonly error: GeometryError;
}

/** Held by another host, or possibly held. */
const isElsewhere = (held: Liveness): boolean =>
  held.kind === 'elsewhere' || (held.kind === 'lapsed' && held.by === 'clock');

/** Errors that concern a single run. */
const isOwn = ({ code }: GeometryError): boolean => code === 'not-finite' || code === 'malformed-file';

/**
 * Trains the runs of a sweep, as many at a time as the launcher allows, then longest first. Finished runs are
 * skipped, started ones continue from their last state. The abort signal checkpoints the active runs and ends
 * the sweep, which can be resumed. The first error does the same, unless it concerns a single run (its loss is
 * not finite, one of its files is damaged): the others then continue. Several hosts may train the same sweep:
 * each takes runs that no other has, and all end with the last run.
 * @throws GeometryError `cancelled` after the signal; `not-finite` or `malformed-file` at the end, naming the
 * runs; `invalid-argument` if a folder holds a run of another configuration; errors of training.
 */
export const runSweep = async (
  folder: string,
  cells: readonly Cell[],
  options: SweepOptions,
): Promise<void> => {
  const { signal, provider, launcher = inThisProcess(), onRun, onEnded, waitsForOthers = true } = options;
  const queue = new RunQueue({ launcher });
  /** Trained by other hosts. */
  let elsewhere: Cell[] = [];
  const own: Failure[] = [];
  const others: unknown[] = [];
  const halting = new AbortController();
  let endings: Promise<void> = Promise.resolve();
  const halt = (): void => {
    halting.abort();
    queue.stopAll();
  };
  const fail = (cell: Cell, error: GeometryError): void => {
    if (isOwn(error)) own.push({ name: cell.name, error });
    else {
      others.push(error);
      halt();
    }
  };
  /** One after the other. */
  const tell = (cell: Cell, run: RunFile): Promise<void> => {
    endings = endings.then(async () => {
      if (halting.signal.aborted) return;
      try {
        await onEnded?.(cell, run);
      } catch (thrown) {
        if (thrown instanceof GeometryError) fail(cell, thrown);
        else {
          others.push(thrown);
          halt();
        }
      }
    });
    return endings;
  };

  const places = launcher.capacity();
  const inOrder = places === 1 ? cells : longestFirst(cells, ({ config }) => config);
  const shared = sharersOf(
    inOrder.map(({ config }) => expectedWork(config)),
    places,
  );
  const sharers = new Map(inOrder.map((cell, at) => [cell, shared[at]!]));

  const queued = (cell: Cell): QueuedRun => {
    const out = runFolder(folder, cell);
    return {
      folder: out,
      sharers: sharers.get(cell)!,
      begin: async () => ({
        request: await requestOf(cell, out, provider),
        events: onRun?.(cell, out) ?? {},
      }),
      ended: async (outcome) => {
        if (outcome.ok) {
          await tell(cell, outcome.value);
          return;
        }
        const { code, message, cause } = outcome.error;
        // A holder on this host is another process of the user, who must be told.
        const isOthers = code === 'in-use' && (await findRun(out)).kind !== 'here';
        if (waitsForOthers && isOthers) elsewhere.push(cell);
        else fail(cell, new GeometryError(code, message, { cause }));
      },
    };
  };

  signal.addEventListener('abort', halt);
  if (signal.aborted) halt();
  const unfinished: QueuedRun[] = [];
  for (const cell of inOrder) {
    if (halting.signal.aborted) break;
    const out = runFolder(folder, cell);
    try {
      const before = await readRunFile(out);
      if (before !== undefined) requireSameRun(cell, out, before);
      if (before?.status === 'finished') {
        const told = tell(cell, before);
        if (places === 1) await told;
        continue;
      }
    } catch (thrown) {
      if (!(thrown instanceof GeometryError)) throw thrown;
      fail(cell, thrown);
      continue;
    }
    unfinished.push(queued(cell));
  }
  if (!halting.signal.aborted) queue.addAll(unfinished);
  await queue.idle();
  let isTold = false;
  while (elsewhere.length > 0 && !halting.signal.aborted) {
    const waited = elsewhere;
    elsewhere = [];
    for (const cell of waited) {
      if (isElsewhere(await findRun(runFolder(folder, cell)))) elsewhere.push(cell);
      else {
        const run = await readRunFile(runFolder(folder, cell));
        if (run?.status === 'finished') await tell(cell, run);
        else queue.add(queued(cell));
      }
    }
    await queue.idle();
    if (elsewhere.length === 0) break;
    // Other hosts may have ended many meanwhile: only the remaining ones are reported.
    if (!isTold) options.onWaiting?.(elsewhere);
    isTold = true;
    await setTimeout(lookMs, undefined, { signal: halting.signal }).catch(() => undefined);
  }
  await endings;
  signal.removeEventListener('abort', halt);

  if (signal.aborted) {
    throw new GeometryError('cancelled', 'The sweep was stopped; the same command goes on with it.');
  }
  if (others.length > 0) throw others[0];
  if (own.length > 0) throw togetherOf(own);
};

/** A started run continues with its own configuration, up to the grid's number of steps. */
const requestOf = async (cell: Cell, out: string, provider: ProviderName): Promise<TrainRequest> => {
  const before = await readRunFile(out);
  const config = before === undefined ? cell.config : { ...before.config, maxSteps: cell.config.maxSteps };
  return { config, out, provider, resume: before !== undefined };
};

/** One error for all runs that failed individually. */
const togetherOf = (failures: readonly Failure[]): GeometryError => {
  const [first] = failures;
  const diverged = failures.filter(({ error }) => error.code === 'not-finite').map(({ name }) => name);
  const damaged = failures.filter(({ error }) => error.code !== 'not-finite');
  const sentences = [
    ...(diverged.length > 0 ? [`The loss did not stay finite in ${diverged.join(', ')}.`] : []),
    ...damaged.map(({ name, error }) => `${name}: ${error.message}`),
    'The other runs have ended.',
  ];
  return new GeometryError(first!.error.code, sentences.join(' '), { cause: first!.error });
};
