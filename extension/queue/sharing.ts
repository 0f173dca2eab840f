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

const expectedWork = (config: RunConfig): number => config.maxSteps * workPerStep(config);

/**
 * Longest runs first, otherwise in the given order: a long run that starts last occupies one core alone at the
 * end.
 */
export const longestFirst = <T>(runs: readonly T[], configOf: (run: T) => RunConfig): T[] =>
  [...runs].sort((a, b) => expectedWork(configOf(b)) - expectedWork(configOf(a)));
