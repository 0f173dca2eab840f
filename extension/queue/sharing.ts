import type { TrainRequest } from '../contract/calls.js';
import type { RunConfig } from '../contract/run.js';

/**
 * Concurrent runs share the processor's cores; a single run uses onnxruntime's default. A resumed run keeps its
 * original thread count: another count would change the summation order.
 */
export const threadsOf = (
  { resume }: Pick<TrainRequest, 'resume'>,
  runsAtOnce: number,
  cores: number,
): { threads?: number } =>
  runsAtOnce === 1 || resume === true ? {} : { threads: Math.max(1, Math.floor(cores / runsAtOnce)) };

/**
 * The cost of a step besides its multiply-adds, in the same unit; small models' steps are mostly this. Measured
 * with widths 32, 64 and 128 at 512 rows: 8, 14 and 45 ms a step.
 */
const costOfAnyStep = 1.6e7;

/**
 * Estimated cost of a step in multiply-adds, up to a factor: weights of layers × rows, plus a fixed cost per
 * step.
 */
export const workPerStep = ({ model, batch }: Pick<RunConfig, 'model' | 'batch'>): number => {
  const { layers, d, dFf } = model;
  return costOfAnyStep + layers * (4 * d ** 2 + 2 * d * dFf) * (batch === 'full' ? 4096 : batch);
};

/** Estimated cost of a whole run, in the unit of {@link workPerStep}. */
export const expectedWork = (config: RunConfig): number => config.maxSteps * workPerStep(config);

/**
 * Longest runs first, otherwise in the given order: a long run that starts last occupies one core alone at the
 * end.
 */
export const longestFirst = <T>(runs: readonly T[], configOf: (run: T) => RunConfig): T[] =>
  [...runs].sort((a, b) => expectedWork(configOf(b)) - expectedWork(configOf(a)));

/**
 * For each run of a plan, among how many runs it shares the cores: those active at the middle of its expected time,
 * itself included. Runs begin in the given order, each on the first of the places that is free.
 *
 * A run's threads are fixed for its whole length, so a run that outlasts the others gets all cores from its start. The
 * answer depends on the plan alone, not on when runs end in fact: the same plan gives the same threads and so the same
 * bits, also when it is continued.
 */
export const sharersOf = (work: readonly number[], places: number): number[] => {
  const free = Array.from({ length: Math.min(places, work.length) }, () => 0);
  const times = work.map((length) => {
    const place = free.indexOf(Math.min(...free));
    const begin = free[place]!;
    free[place] = begin + length;
    return { begin, middle: begin + length / 2, end: begin + length };
  });
  const begins = times.map(({ begin }) => begin).sort((a, b) => a - b);
  const ends = times.map(({ end }) => end).sort((a, b) => a - b);
  return times.map(({ middle }) => countUpTo(begins, middle) - countUpTo(ends, middle));
};

/** How many of ascending numbers are at most a bound. */
const countUpTo = (ascending: readonly number[], bound: number): number => {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
};
