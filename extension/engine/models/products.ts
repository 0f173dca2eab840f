import type { Shape, Tensor } from '../graph/tensor.js';
import { add, mul } from '../graph/operators/arithmetic.js';
import { reshape } from '../graph/operators/layout.js';
import { matMul } from '../graph/operators/matmul.js';

/** A row vector beside a matrix: [d] stays, [replicas, d] becomes [replicas, 1, d]. */
export const asRow = (vector: Tensor): Tensor => {
  const { shape } = vector;
  return shape.length === 1 ? vector : reshape(vector, [...shape.slice(0, -1), 1, shape.at(-1)!]);
};

/** The leading replica axis of rows or weights, if there is one. */
export const leadOf = (matrix: Tensor): Shape => matrix.shape.slice(0, -2);

/** alpha · (x Wᵀ + bias), W and bias as `nn.Linear` keeps them. */
export const project = (x: Tensor, weight: Tensor, bias?: Tensor, alpha = 1): Tensor =>
  matMul(x, weight, {
    transposeB: true,
    alpha,
    ...(bias === undefined ? {} : { plus: asRow(alpha === 1 ? bias : mul(bias, alpha)) }),
  });

/**
 * Rewrites a projection of x·gain + shift as a projection of x: gain and shift are folded into weight and bias,
 * which are smaller than a batch of x.
 */
export const foldNorm = (
  weight: Tensor,
  bias: Tensor | undefined,
  gain: Tensor,
  shift?: Tensor,
): { readonly weight: Tensor; readonly bias: Tensor | undefined } => {
  const folded = mul(weight, asRow(gain));
  if (shift === undefined) return { weight: folded, bias };
  const column = reshape(shift, [...leadOf(weight), shift.shape.at(-1)!, 1]);
  const moved = reshape(matMul(weight, column), [...leadOf(weight), weight.shape.at(-2)!]);
  return { weight: folded, bias: bias === undefined ? moved : add(moved, bias) };
};
