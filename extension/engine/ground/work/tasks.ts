import { GeometryError } from '../../../contract/errors.js';
import type { Focus, Progress } from '../../../contract/calls.js';

/** A piece of an inspection that goes forward in short chunks. */
export interface Task {
  /** The page that shows its results: goes first while the user looks at it. */
  readonly topic: Focus;
  /** Share of the whole work, in any unit common to all tasks. */
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
  readonly onProgress: (progress: Progress) => void;
  /** What the user looks at now; asked between chunks. */
  readonly focus: () => Focus;
}

/** @throws GeometryError `cancelled` once the signal is aborted. */
export const throwIfCancelled = (signal: AbortSignal): void => {
  if (signal.aborted) throw new GeometryError('cancelled', 'The inspection was cancelled.');
};

/**
 * Runs tasks to their ends, one chunk at a time: those of the focused page first, else in the order given. Focus and
 * cancellation take effect between chunks.
 */
export const runTasks = async (tasks: readonly Task[], run: TaskRun): Promise<void> => {
  const open = new Set(tasks);
  const done = new Map<Task, number>();
  const total = tasks.reduce((sum, { weight }) => sum + weight, 0);
  try {
    while (open.size > 0) {
      throwIfCancelled(run.signal);
      const focus = run.focus();
      const [first] = open;
      const task = [...open].find(({ topic }) => topic === focus) ?? first!;
      const step = await task.steps.next();
      if (step.done === true) open.delete(task);
      done.set(task, step.done === true ? 1 : step.value.fraction);
      let reached = 0;
      for (const [finished, fraction] of done) reached += finished.weight * fraction;
      if (step.done !== true)
        run.onProgress({ text: step.value.text, fraction: Math.min(1, reached / total) });
      await nextTurn();
    }
  } finally {
    await Promise.all([...open].map(({ steps }) => steps.return()));
  }
};

/** Lets messages (focus, cancel) in between chunks of computing. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
