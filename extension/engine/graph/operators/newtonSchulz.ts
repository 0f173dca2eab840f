import type { Tensor } from '../tensor.js';
import { add, div, minimum, mul, neg, sqrt, sub } from './arithmetic.js';
import { constant } from './input.js';
import { reshape } from './layout.js';
import { matMul } from './matmul.js';
import { reduceSum } from './reduction.js';

/** Frobenius norm of every matrix of a stack [..., rows, columns]: [..., 1, 1]. */
export const frobeniusNorms = (stack: Tensor): Tensor => sqrt(reduceSum(mul(stack, stack), [-2, -1]));

/** One matrix axis in front, for products: [n, rows, columns]. */
const flat = (stack: Tensor): Tensor => {
  const [rows, columns] = stack.shape.slice(-2) as [number, number];
  return reshape(stack, [stack.shape.slice(0, -2).reduce((n, side) => n * side, 1), rows, columns]);
};

/** Matrices with their smaller side's Gram matrix: XᵀX for tall ones, XXᵀ for wide ones. */
const sided = ({ shape }: Tensor) => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const tall = rows >= columns;
  return {
    side: Math.min(rows, columns),
    gram: (x: Tensor): Tensor => matMul(x, x, tall ? { transposeA: true } : { transposeB: true }),
    times: (x: Tensor, inner: Tensor): Tensor => (tall ? matMul(x, inner) : matMul(inner, x)),
  };
};

const scaledIdentity = ({ graph, dtype }: Tensor, side: number, value: number): Tensor =>
  constant(
    graph,
    dtype,
    [side, side],
    Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? value : 0)),
  );

/**
 * The polar factor U Vᵀ of every matrix of a stack [..., rows, columns], by the cubic Newton–Schulz iteration
 * X := X (3I − XᵀX)/2 from X = W/(‖W‖_F + eps) (2606.04405, Algorithm 1), on the smaller side. After K iterations a
 * relative singular value s is near 1 where 1.5^K s is large, and near 1.5^K s where it is small.
 */
export const cubicNewtonSchulz = (stack: Tensor, iterations: number, eps: number): Tensor => {
  const { side, gram, times } = sided(stack);
  let x = flat(div(stack, add(frobeniusNorms(stack), eps)));
  for (let k = 0; k < iterations; k++) {
    x = times(x, sub(scaledIdentity(x, side, 1.5), mul(gram(x), 0.5)));
  }
  return reshape(x, stack.shape);
};

/** Of Muon's quintic (Jordan 2024): steep at zero, so that five iterations bring every value to about 0.7 to 1.2. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** Muon's quintic Newton–Schulz, X := aX + (bG + cG²)X with G the Gram matrix of the smaller side. */
export const quinticNewtonSchulz = (stack: Tensor, iterations: number, eps: number): Tensor => {
  const { side, gram, times } = sided(stack);
  // The larger of norm and eps, as PyTorch has it.
  let x = flat(div(stack, neg(minimum(neg(frobeniusNorms(stack)), -eps))));
  for (let k = 0; k < iterations; k++) {
    const g = gram(x);
    const inner = add(mul(g, B), matMul(g, g, { alpha: C }));
    x = times(x, add(scaledIdentity(x, side, A), inner));
  }
  return reshape(x, stack.shape);
};
