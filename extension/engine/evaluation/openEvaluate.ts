import type { ModelDescriptor } from '../../contract/descriptor.js';
import type { OnnxEvaluation } from '../../contract/report.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';
import type { Evaluate } from './namedWeights.js';
import { openEvaluator } from './evaluator.js';
import { evaluateOnnx } from './onnxEvaluator.js';
import { requireFit, weightRow } from './weightRow.js';

/** An {@link Evaluate} that must be disposed of. */
export interface OpenEvaluate {
  readonly evaluate: Evaluate;
  /** Number of pairs per accuracy of one model. */
  readonly pairs: number;
  readonly dispose: () => Promise<void>;
}

/** How weights are evaluated: by the product's own model, or in the user's. */
export type Evaluation =
  | { readonly kind: 'descriptor'; readonly descriptor: ModelDescriptor }
  | ({ readonly kind: 'onnx' } & OnnxEvaluation);

/**
 * Test accuracies of weights under the names of a checkpoint's tensors.
 * @throws GeometryError `invalid-descriptor` where the described model has other tensors; what {@link evaluateOnnx} throws.
 */
export const openEvaluate = async (
  evaluation: Evaluation,
  tensors: readonly TensorInfo[],
): Promise<OpenEvaluate> => {
  if (evaluation.kind === 'onnx') return evaluateOnnx(evaluation, tensors);
  const evaluator = await openEvaluator(evaluation.descriptor);
  try {
    requireFit(evaluator.parameters, tensors);
  } catch (thrown) {
    await evaluator.dispose();
    throw thrown;
  }
  return {
    evaluate: (weights) =>
      evaluator.testAccuracies(weights.map((named) => weightRow(evaluator.parameters, named))),
    pairs: evaluator.pairs.a.length,
    dispose: () => evaluator.dispose(),
  };
};
