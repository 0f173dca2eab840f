/** All floating tensors of one model, name → row-major values. */
export type NamedWeights = ReadonlyMap<string, Float64Array>;

/** Test accuracy of weights: task → fraction of correct pairs. */
export interface TestAccuracies {
  readonly testAccuracy: Record<string, number>;
  /**
   * On the pairs (a, b) whose mirror (b, a) is not trained on, if there are others: memory of the training
   * pairs answers none of them, even for a commutative task.
   */
  readonly testAccuracyUnmirrored?: Record<string, number>;
}

/** Runs the described model with each of the weights. */
export type Evaluate = (weights: readonly NamedWeights[]) => Promise<readonly TestAccuracies[]>;
