import type { TrainRequest } from '../contract/calls.js';
import type { RunConfig } from '../contract/run.js';

/**
 * Runs at once share the processor's cores; a single one has what onnxruntime takes. One that is resumed keeps the
 * threads that it began with: with others its sums would come out in another order.
 */
export const threadsOf = (
  { resume }: Pick<TrainRequest, 'resume'>,
  runsAtOnce: number,
  cores: number,
): { threads?: number } =>
  runsAtOnce === 1 || resume === true ? {} : { threads: Math.max(1, Math.floor(cores / runsAtOnce)) };

/**
 * What a step costs beside its multiply-adds, in the same unit: a small model's steps are mostly this. Measured with
 * widths 32, 64 and 128 at 512 rows: 8, 14 and 45 ms a step.
 */
const costOfAnyStep = 1.6e7;

/** About how much work a step is, in multiply-adds but for a factor: weights of layers × rows, and what any step costs. */
export const workPerStep = ({ model, batch }: Pick<RunConfig, 'model' | 'batch'>): number => {
  const { layers, d, dFf } = model;
  return costOfAnyStep + layers * (4 * d ** 2 + 2 * d * dFf) * (batch === 'full' ? 4096 : batch);
};

const expectedWork = (config: RunConfig): number => config.maxSteps * workPerStep(config);

/** The longest runs first, else in the order given: a long one that begins last is alone on one core at the end. */
export const longestFirst = <T>(runs: readonly T[], configOf: (run: T) => RunConfig): T[] =>
  [...runs].sort((a, b) => expectedWork(configOf(b)) - expectedWork(configOf(a)));
