import type { TaskStep } from './tasks.js';

/** The steps of one part of a task: their fractions go from `from` to `to` of the whole. */
export async function* partOf<Result>(
  steps: AsyncGenerator<TaskStep, Result>,
  from: number,
  to: number,
): AsyncGenerator<TaskStep, Result> {
  for (;;) {
    const next = await steps.next();
    if (next.done === true) return next.value;
    yield { ...next.value, fraction: from + (to - from) * next.value.fraction };
  }
}
