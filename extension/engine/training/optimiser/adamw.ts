import type { Tensor } from '../../graph/tensor.js';
import { add, div, minimum, mul, sqrt, sub } from '../../graph/operators/arithmetic.js';
import { scalarLike } from '../../graph/operators/input.js';
import { reduceSum } from '../../graph/operators/reduction.js';

/** AdamW as `torch.optim.AdamW`: decoupled decay first, bias correction, eps outside the root. */
export interface AdamW {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Largest global gradient norm (`torch.nn.utils.clip_grad_norm_`); absent: no clipping. */
  readonly clipNorm?: number;
}

/** A step's scalars ([1], or [replicas, 1]), all computed outside the graph in float64. */
export interface AdamWNumbers {
  /** Learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  readonly stepSize: Tensor;
  /** eps · √(1 − β₂ᵗ): the bias correction of the root, moved to the other term of the sum. */
  readonly eps: Tensor;
  /** 1 − learning rate · weight decay; one number, or one per parameter. */
  readonly keep: Tensor;
}

export interface AdamWState {
  readonly parameters: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/** Length of every replica's gradient, given in parts: [1], or [replicas, 1]. */
export const gradientNorm = (parts: readonly Tensor[]): Tensor =>
  sqrt(parts.map((part) => reduceSum(mul(part, part), [-1])).reduce((sum, square) => add(sum, square)));

/** min(1, clipNorm / (norm + 1e-6)). */
const clipFactor = (norm: Tensor, clipNorm: number): Tensor =>
  minimum(div(scalarLike(norm, clipNorm), add(norm, 1e-6)), 1);

/** Factor on the gradient before every use: 1 without clipping. */
export const clippingOf = ({ clipNorm }: AdamW, norm: Tensor): Tensor =>
  clipNorm === undefined ? scalarLike(norm, 1) : clipFactor(norm, clipNorm);

/** One step over whole rows of parameters ([parameters], or [replicas, parameters]). */
export const adamWStep = (
  optimiser: AdamW,
  { parameters, firstMoment, secondMoment }: AdamWState,
  gradient: Tensor,
  norm: Tensor,
  numbers: AdamWNumbers,
): AdamWState => {
  const { beta1, beta2 } = optimiser;
  const clip = clippingOf(optimiser, norm);
  const first = add(mul(firstMoment, beta1), mul(gradient, mul(clip, 1 - beta1)));
  const scaled = mul(gradient, mul(clip, Math.sqrt(1 - beta2)));
  const second = add(mul(secondMoment, beta2), mul(scaled, scaled));
  const step = mul(div(first, add(sqrt(second), numbers.eps)), numbers.stepSize);
  return { parameters: sub(mul(parameters, numbers.keep), step), firstMoment: first, secondMoment: second };
};
