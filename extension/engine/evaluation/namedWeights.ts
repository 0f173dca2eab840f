/** All floating tensors of one model, name → row-major values. */
export type NamedWeights = ReadonlyMap<string, Float64Array>;

/** Runs the described model with each of the weights: per weights, task → fraction of test pairs answered right. */
export type Evaluate = (weights: readonly NamedWeights[]) => Promise<readonly Record<string, number>[]>;
