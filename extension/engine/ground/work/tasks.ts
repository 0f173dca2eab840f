import { GeometryError } from '../../../contract/errors.js';
import type { Focus, Progress } from '../../../contract/calls.js';
import type { WorkClock } from './workClock.js';
import { printableLine } from '../../../contract/printable.js';

/** A piece of an inspection that goes forward in short chunks. */
export interface Task {
  /** The page that shows its results: goes first while the user looks at it. */
  readonly topic: Focus;
  /** Asked for by the user while others run: goes before all. */
  readonly isAsked?: boolean;
  /** Expected milliseconds of the whole task. */
  readonly weight: number;
  /** Yields after each chunk (about 250 ms at most). */
  readonly steps: AsyncGenerator<TaskStep, void>;
}

export interface TaskStep {
  /** Of this task, 0 … 1. */
  readonly fraction: number;
  /** What is being done, with amounts. */
  readonly text: string;
}

export interface TaskRun {
  readonly signal: AbortSignal;
  /** Measures the tasks; those that come later may be in it already. */
  readonly clock: WorkClock<Task>;
  readonly onProgress: (progress: Progress) => void;
  /** What the user looks at now; asked between chunks. */
  readonly focus: () => Focus;
  /** Tasks that somebody has asked for since the last call: they go before what is left. */
  readonly more?: () => readonly Task[];
}

/** @throws GeometryError `cancelled` once the signal is aborted. */
export const throwIfCancelled = (signal: AbortSignal): void => {
  if (signal.aborted) throw new GeometryError('cancelled', 'The inspection was cancelled.');
};

/**
 * Runs tasks to their ends, one chunk at a time: those asked for and those of the focused page first, else in the order
 * given. Focus and cancellation take effect between chunks.
 */
export const runTasks = async (tasks: readonly Task[], run: TaskRun): Promise<void> => {
  let open = new Set(tasks);
  try {
    for (;;) {
      throwIfCancelled(run.signal);
      const more = run.more?.() ?? [];
      if (more.length > 0) open = new Set([...more, ...open]);
      for (const task of more) run.clock.add(task, task.weight);
      if (open.size === 0) return;
      const focus = run.focus();
      const [first] = open;
      const task = [...open].find(({ topic, isAsked }) => isAsked === true || topic === focus) ?? first!;
      const began = performance.now();
      const step = await task.steps.next();
      run.clock.worked(task, performance.now() - began, step.done === true ? 1 : step.value.fraction);
      if (step.done === true) open.delete(task);
      else {
        const { fraction, msLeft } = run.clock;
        run.onProgress({ text: printableLine(step.value.text), fraction, msLeft });
      }
      await nextTurn();
    }
  } finally {
    await Promise.all([...open].map(({ steps }) => steps.return()));
  }
};

/** Lets messages (focus, cancel) in between chunks of computing. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
