/** All floating tensors of one model, name → row-major values. */
export type NamedWeights = ReadonlyMap<string, Float64Array>;

/** What weights answer of the test pairs: task → fraction answered right. */
export interface TestAccuracies {
  readonly testAccuracy: Record<string, number>;
  /**
   * Of the pairs (a, b) whose mirror (b, a) is not trained on, where others are: memory of the training pairs answers
   * none of them, also of a commutative task.
   */
  readonly testAccuracyUnmirrored?: Record<string, number>;
}

/** Runs the described model with each of the weights. */
export type Evaluate = (weights: readonly NamedWeights[]) => Promise<readonly TestAccuracies[]>;
