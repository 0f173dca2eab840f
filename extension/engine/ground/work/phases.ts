import type { TaskStep } from './tasks.js';

/** A part of a task, and its expected cost in any unit common to the parts. */
export interface Phase {
  readonly expected: number;
  readonly steps: () => AsyncGenerator<TaskStep, void>;
}

/** Runs parts of different cost one after another, as one task whose fraction grows with the cost. */
export async function* inPhases(phases: readonly Phase[]): AsyncGenerator<TaskStep, void> {
  const total = phases.reduce((sum, { expected }) => sum + expected, 0);
  let before = 0;
  for (const { expected, steps } of phases) {
    for await (const { fraction, text } of steps()) {
      yield { fraction: total > 0 ? (before + expected * Math.min(1, fraction)) / total : 1, text };
    }
    before += expected;
  }
}
