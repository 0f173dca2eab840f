import { availableParallelism } from 'node:os';
import type { Reply, TrainRequest } from '../contract/calls.js';
import { toErrorValue } from '../contract/errors.js';
import type { RunFile } from '../contract/run.js';
import type { Launcher, RunEvents, RunHandle } from './launcher.js';
import { threadsOf } from './sharing.js';

/** The launcher's request, and its listeners. */
export interface Beginning {
  readonly request: TrainRequest;
  readonly events: RunEvents;
}

/** A run to train, by its folder. */
export interface QueuedRun {
  readonly folder: string;
  /** Among how many runs it shares the cores. Default: as many as the launcher has places for. */
  readonly sharers?: number;
  /** Called when its turn comes. An exception is the run's end. */
  readonly begin: () => Beginning | Promise<Beginning>;
  /** The run has been started. */
  readonly begun?: () => void;
  /**
   * How it ended. Not called for a detached or withdrawn run. Its place becomes free when this returns, so that
   * measurements of the run can use its cores. Must not throw.
   */
  readonly ended: (outcome: Reply<RunFile>) => void | Promise<void>;
}

export interface QueueOptions {
  readonly launcher: Launcher;
  /** Active runs on the same cores that this queue did not start. */
  readonly others?: () => number;
  readonly cores?: number;
}

interface AtWork {
  handle: RunHandle | undefined;
  /** Asked to stop before it began. */
  stopped: boolean;
}

/** Runs in order of request. As many are active as the launcher has places for. */
export class RunQueue {
  private readonly waiting: QueuedRun[] = [];
  private readonly working = new Map<string, AtWork>();
  /** Ended runs whose place is not free yet. */
  private telling = 0;
  private idleWaiters: (() => void)[] = [];
  private left = false;

  constructor(private readonly options: QueueOptions) {}

  /** Queues a run; false if its folder already waits or is active. */
  add(run: QueuedRun): boolean {
    if (this.isWaiting(run.folder) || this.isAtWork(run.folder)) return false;
    this.addAll([run]);
    return true;
  }

  /** Queues runs whose folders neither wait nor are active, so that they start together. */
  addAll(runs: readonly QueuedRun[]): void {
    this.waiting.push(...runs);
    this.next();
  }

  isWaiting(folder: string): boolean {
    return this.waiting.some((run) => run.folder === folder);
  }

  isAtWork(folder: string): boolean {
    return this.working.has(folder);
  }

  /** Withdraws a waiting run; returns whether it was waiting. */
  takeBack(folder: string): boolean {
    const at = this.waiting.findIndex((run) => run.folder === folder);
    if (at < 0) return false;
    this.waiting.splice(at, 1);
    this.tellExpected();
    this.tellIdle();
    return true;
  }

  pause(folder: string): void {
    this.working.get(folder)?.handle?.pause();
  }

  resume(folder: string): void {
    this.working.get(folder)?.handle?.resume();
  }

  stop(folder: string): void {
    const run = this.working.get(folder);
    if (run === undefined) return;
    run.stopped = true;
    run.handle?.stop();
  }

  /** Withdraws all waiting runs and stops all active ones. */
  stopAll(): void {
    this.waiting.length = 0;
    for (const folder of this.working.keys()) this.stop(folder);
    this.tellExpected();
    this.tellIdle();
  }

  /** Detaches from every run: none starts any more, and no end is reported. */
  leave(): void {
    this.left = true;
    this.waiting.length = 0;
    for (const { handle } of this.working.values()) handle?.leave();
  }

  /** Resolves when no run waits or is active. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve);
      this.tellIdle();
    });
  }

  /** Starts runs while places are free. Called whenever a place may have become free. */
  next(): void {
    const { launcher, others = () => 0 } = this.options;
    this.tellExpected();
    for (;;) {
      if (this.left || this.working.size + this.telling + others() >= launcher.capacity()) return;
      const run = this.waiting.shift();
      if (run === undefined) return;
      this.launch(run);
    }
  }

  private launch(run: QueuedRun): void {
    const state: AtWork = { handle: undefined, stopped: false };
    this.working.set(run.folder, state);
    const start = ({ request, events }: Beginning): Promise<Reply<RunFile> | undefined> => {
      const { launcher, cores = availableParallelism() } = this.options;
      const threads = launcher.sharesCores
        ? threadsOf(request, run.sharers ?? launcher.capacity(), cores)
        : {};
      state.handle = launcher.start({ ...request, ...threads }, events);
      run.begun?.();
      if (this.left) state.handle.leave();
      else if (state.stopped) state.handle.stop();
      return state.handle.ended;
    };
    let outcome: Promise<Reply<RunFile> | undefined>;
    try {
      const beginning = run.begin();
      outcome = beginning instanceof Promise ? beginning.then(start) : start(beginning);
    } catch (thrown) {
      outcome = Promise.resolve({ ok: false, error: toErrorValue(thrown) });
    }
    void outcome
      .catch((thrown: unknown) => ({ ok: false as const, error: toErrorValue(thrown) }))
      .then(async (ended) => {
        this.working.delete(run.folder);
        if (ended !== undefined && !this.left) {
          this.telling++;
          this.tellExpected();
          await run.ended(ended);
          this.telling--;
        }
        this.next();
        this.tellIdle();
      });
  }

  /** Active runs, and those that start once their places are free. */
  private tellExpected(): void {
    const { launcher, others = () => 0 } = this.options;
    const free = launcher.capacity() - this.working.size - this.telling - others();
    launcher.expects?.(this.working.size + Math.max(0, Math.min(free, this.waiting.length)));
  }

  private tellIdle(): void {
    if (this.waiting.length > 0 || this.working.size > 0 || this.telling > 0) return;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}
