import { addInto, dot } from '../reconstruction/vectors.js';

/** Gradients at θ and at the points one step away, of two batches A and B. */
export interface CommutatorGradients {
  /** g_A(θ), g_B(θ). */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** g_B(θ − η g_A(θ)), g_A(θ − η g_B(θ)). */
  readonly bAfterA: Float64Array;
  readonly aAfterB: Float64Array;
}

export interface Defect {
  /** ‖g_A‖, ‖g_B‖, ‖δ‖. */
  readonly gradientA: number;
  readonly gradientB: number;
  readonly delta: number;
  readonly defect: number;
}

/** Added to the denominator, as the paper's code does. It counts where gradients are small: 1.2 % at ‖g‖ = .009. */
const DENOMINATOR = 1e-12;

/**
 * δ = θ_AB − θ_BA of two plain SGD steps in either order (2602.16746 §3.2), from differences of gradients: θ, which is 1e8
 * times longer, drops out before it can round.
 */
export const commutator = ({ a, b, bAfterA, aAfterB }: CommutatorGradients, eta: number): Float64Array => {
  const delta = new Float64Array(a.length);
  for (let i = 0; i < delta.length; i++) {
    delta[i] = eta * (b[i]! - bAfterA[i]! - (a[i]! - aAfterB[i]!));
  }
  return delta;
};

/** D = ‖δ‖/(‖η g_A‖ ‖η g_B‖ + 1e-12). */
export const defectOf = (gradientA: number, gradientB: number, delta: number, eta: number): Defect => ({
  gradientA,
  gradientB,
  delta,
  defect: delta / (eta * gradientA * (eta * gradientB) + DENOMINATOR),
});

export const lengthOf = (x: Float32Array | Float64Array): number => Math.sqrt(dot(x, x));

/** θ − η g, rounded to the rows' own precision. */
export const stepped = <Row extends Float32Array | Float64Array>(
  theta: Row,
  gradient: Float32Array | Float64Array,
  eta: number,
): Row => {
  const moved = theta.slice() as Row;
  for (let i = 0; i < moved.length; i++) moved[i] = moved[i]! - eta * gradient[i]!;
  return moved;
};

/**
 * δ to leading order from Hessian-vector products, η²(H_B g_A − H_A g_B): what δ tends to as η → 0, so that a defect that
 * differs from it is made by the size of the step, or by rounding.
 */
export const leadingCommutator = (
  { hessianBOnA, hessianAOnB }: { readonly hessianBOnA: Float64Array; readonly hessianAOnB: Float64Array },
  eta: number,
): Float64Array => {
  const delta = new Float64Array(hessianBOnA.length);
  addInto(delta, eta * eta, hessianBOnA);
  addInto(delta, -eta * eta, hessianAOnB);
  return delta;
};
