import { GeometryError } from '../../../contract/errors.js';
import type { Focus, Progress } from '../../../contract/calls.js';
import type { WorkClock, WorkPart } from './workClock.js';
import { printableLine } from '../../../contract/printable.js';

/** A piece of an inspection that runs in short chunks. */
export interface Task {
  /** The page that shows its results. It runs first while that page is visible. */
  readonly topic: Focus;
  /** Requested by the user while others run: it goes first. */
  readonly isAsked?: boolean;
  /** Long and with results all along: from the start it shares the time with the task that would follow it. */
  readonly takesTurns?: boolean;
  /** What it is expected to cost, in the order in which its steps go. */
  readonly parts: readonly WorkPart[];
  /** Yields after each chunk (about 250 ms at most). */
  readonly steps: AsyncGenerator<TaskStep, void>;
}

export interface TaskStep {
  /** Of this task, 0 … 1. */
  readonly fraction: number;
  /** The current work, with amounts. */
  readonly text: string;
}

export interface TaskRun {
  readonly signal: AbortSignal;
  /** Measures the tasks; later ones may be registered in advance. */
  readonly clock: WorkClock<Task>;
  readonly onProgress: (progress: Progress) => void;
  /** The visible page; queried between chunks. */
  readonly focus: () => Focus;
  /** Tasks requested since the last call: they go before the rest. */
  readonly more?: () => readonly Task[];
}

/** @throws GeometryError `cancelled` once the signal is aborted. */
export const throwIfCancelled = (signal: AbortSignal): void => {
  if (signal.aborted) throw new GeometryError('cancelled', 'The inspection was cancelled.');
};

/**
 * Runs tasks to their ends, one chunk at a time: requested tasks and those of the focused page first, otherwise
 * in the given order; one that takes turns lets those behind it have as much time. Focus and cancellation take effect
 * between chunks.
 */
export const runTasks = async (tasks: readonly Task[], run: TaskRun): Promise<void> => {
  let open = new Set(tasks);
  const done = new Map<Task, number>();
  const doneOf = (task: Task): number => done.get(task) ?? 0;
  /**
   * Milliseconds that a task which takes turns has had more than whichever shared the time with it. One account for all of
   * these: were it opened anew for each, several short ones in a row would hold the task up.
   */
  const lead = new Map<Task, number>();
  const leadOf = (task: Task): number => lead.get(task) ?? 0;
  const isTurnOf = (second: Task, first: Task): boolean =>
    first.takesTurns === true && (doneOf(second) >= 1 || leadOf(first) > 0);
  try {
    for (;;) {
      throwIfCancelled(run.signal);
      const more = run.more?.() ?? [];
      if (more.length > 0) open = new Set([...more, ...open]);
      for (const task of more) run.clock.add(task, task.parts);
      if (open.size === 0) return;
      const focus = run.focus();
      const isFirst = ({ topic, isAsked }: Task): boolean => isAsked === true || topic === focus;
      const [first, second] = [...[...open].filter(isFirst), ...[...open].filter((task) => !isFirst(task))];
      const isSecond = second !== undefined && isTurnOf(second, first!);
      const task = isSecond ? second : first!;
      const began = performance.now();
      const step = await task.steps.next();
      const ms = performance.now() - began;
      const fraction = step.done === true ? 1 : step.value.fraction;
      done.set(task, fraction);
      if (second !== undefined) lead.set(first!, leadOf(first!) + (isSecond ? -ms : ms));
      run.clock.worked(task, ms, fraction);
      if (step.done === true) open.delete(task);
      else {
        const { fraction: ofAll, msLeft } = run.clock;
        run.onProgress({ text: printableLine(step.value.text), fraction: ofAll, msLeft });
      }
      await nextTurn();
    }
  } finally {
    await Promise.all([...open].map(({ steps }) => steps.return()));
  }
};

/** Lets messages (focus, cancel) in between chunks. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
