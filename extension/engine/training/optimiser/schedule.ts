import type { AdamW } from './adamw.js';

/** The input of a chunk's schedule. Steps are counted from 1, as in AdamW's bias correction. */
export interface ScheduleRequest {
  readonly optimiser: AdamW;
  readonly firstStep: number;
  readonly steps: number;
  readonly learningRate: (step: number) => number;
  /** Weight decay of every decay group. */
  readonly weightDecay: readonly number[];
  /** Further columns, for example the rate of a decay step after the optimiser. */
  readonly more?: readonly ((step: number) => number)[];
}

/** Columns of the schedule before those of the decay groups. */
export const SCHEDULE_LEAD = 2;

/**
 * One replica's part of the feed `schedule`, [steps, columns]: step size, eps, then 1 − η λ for each decay
 * group, then further columns. Powers and roots are computed in float64, as in PyTorch's Python code.
 */
export const adamWSchedule = (request: ScheduleRequest): Float64Array => {
  const { optimiser, firstStep, steps, learningRate, weightDecay, more = [] } = request;
  const columns = SCHEDULE_LEAD + weightDecay.length + more.length;
  const schedule = new Float64Array(steps * columns);
  let at = 0;
  for (let step = firstStep; step < firstStep + steps; step++) {
    const rootCorrection = Math.sqrt(1 - optimiser.beta2 ** step);
    const meanCorrection = 1 - optimiser.beta1 ** step;
    const rate = learningRate(step);
    schedule[at++] = (rate * rootCorrection) / meanCorrection;
    schedule[at++] = optimiser.eps * rootCorrection;
    for (const decay of weightDecay) schedule[at++] = 1 - rate * decay;
    for (const column of more) schedule[at++] = column(step);
  }
  return schedule;
};
