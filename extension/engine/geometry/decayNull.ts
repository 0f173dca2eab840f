import type { Matrix } from '../linalg/matrix.js';
import { zeros } from '../linalg/matrix.js';
import { randomWalk } from './randomWalkNull.js';

/** What a Gram matrix of the rows θ_t − θ_0 does not say of the start: ⟨θ_t − θ_0, θ_0⟩ for every t, and ‖θ_0‖². */
export interface StartProducts {
  readonly products: readonly number[];
  readonly squared: number;
}

/** What decay leaves of weights. */
export interface DecayShares {
  /** d_t: of θ_0, at each checkpoint; d_0 = 1. After a long run it is too small for a number, and 0. */
  readonly kept: readonly number[];
  /** γ_t: from each checkpoint to the next, where d_{t+1}/d_t may be 0/0. */
  readonly between: readonly number[];
}

/** For fitted shares: a share of zero stays zero. */
export const sharesOf = (kept: readonly number[]): DecayShares => ({
  kept,
  between: kept.slice(1).map((share, t) => (kept[t] === 0 ? 0 : share / kept[t]!)),
});

/** T × T of the rows θ_t − θ_0 and the products with θ_0, from the (T + 1)² Gram matrix whose last row is −θ_0. */
export const withoutStart = (extended: Matrix): { readonly gram: Matrix; readonly start: StartProducts } => {
  const n = extended.rows - 1;
  const gram = zeros(n, n);
  for (let t = 0; t < n; t++) {
    gram.data.set(extended.data.subarray(t * (n + 1), t * (n + 1) + n), t * n);
  }
  const products = Array.from({ length: n }, (_, t) => 0 - extended.data[t * (n + 1) + n]!);
  return { gram, start: { products, squared: extended.data[(n + 1) * (n + 1) - 1]! } };
};

/** Share of θ_0 in θ_t by least squares, ⟨θ_t, θ_0⟩/‖θ_0‖², where nothing is known of the decay; undefined for a zero start. */
export const fittedDecay = ({ products, squared }: StartProducts): number[] | undefined =>
  squared > 0 ? products.map((product) => 1 + product / squared) : undefined;

/**
 * Inner products of the rows r_t = θ_t − d_t·θ_0: what decoupled decay leaves of the path.
 * @param kept d_t, the share of θ_0 that decay leaves at checkpoint t.
 */
export const gramWithoutDecay = (
  gram: Matrix,
  { products, squared }: StartProducts,
  kept: readonly number[],
): Matrix => {
  const n = gram.rows;
  const result = zeros(n, n);
  for (let s = 0; s < n; s++) {
    const ofS = 1 - kept[s]!;
    for (let t = 0; t < n; t++) {
      const ofT = 1 - kept[t]!;
      result.data[s * n + t] =
        gram.data[s * n + t]! + ofT * products[s]! + ofS * products[t]! + ofS * ofT * squared;
    }
  }
  return result;
};

/** ‖θ_{t+1} − γ_t·θ_t‖: what decay leaves of each step. */
export const stepsWithoutDecay = (withoutDecay: Matrix, { between }: DecayShares): number[] => {
  const n = withoutDecay.rows;
  const at = (s: number, t: number): number => withoutDecay.data[s * n + t]!;
  return Array.from({ length: Math.max(0, n - 1) }, (_, t) => {
    // θ_{t+1} − γ_t·θ_t = r_{t+1} − γ_t·r_t, as γ_t·d_t = d_{t+1}.
    const gamma = between[t]!;
    return Math.sqrt(Math.max(0, at(t + 1, t + 1) + gamma * gamma * at(t, t) - 2 * gamma * at(t, t + 1)));
  });
};

/**
 * The decay null of a trajectory: weights that start at θ_0, decay as the run's decay, and beside that take independent
 * steps as long as those that decay leaves of the run's: x_{t+1} = γ_t·x_t + ξ_t. The first axis is that of θ_0.
 * @returns the rows x_t − θ_0 = (d_t − 1)·θ_0 + y_t, as many columns as they span.
 */
export const decayAndWalk = (
  gram: Matrix,
  start: StartProducts,
  shares: DecayShares,
  dimensions: number,
  ...seeds: readonly number[]
): Matrix => {
  const { kept, between } = shares;
  const lengths = stepsWithoutDecay(gramWithoutDecay(gram, start, kept), shares);
  // A first step of length 0 makes θ_0's direction the first axis.
  const { columns, data } = randomWalk([0, ...lengths], dimensions, ...seeds);
  const rows = { rows: gram.rows, columns, data: new Float64Array(gram.rows * columns) };
  for (let t = 1; t < rows.rows; t++) {
    const gamma = between[t - 1]!;
    for (let i = 0; i < columns; i++) {
      const step = data[(t + 1) * columns + i]! - data[t * columns + i]!;
      rows.data[t * columns + i] = gamma * rows.data[(t - 1) * columns + i]! + step;
    }
  }
  const length = Math.sqrt(start.squared);
  for (let t = 0; t < rows.rows; t++) rows.data[t * columns]! += (kept[t]! - 1) * length;
  return rows;
};

/**
 * ‖x_t − θ_0‖ of the null in the root mean square: steps in independent directions add their squares, and are orthogonal
 * in the mean to θ_0. Exact, so nothing is drawn. Without decay (all kept = 1) that of the plain random walk.
 * @param lengths of the steps ξ_t that decay leaves; {@link stepsWithoutDecay}.
 * @returns one distance per checkpoint, the first 0.
 */
export const nullDistances = (
  lengths: readonly number[],
  startSquared: number,
  { kept, between }: DecayShares,
): number[] => {
  let squared = 0;
  return kept.map((share, t) => {
    if (t > 0) {
      const gamma = between[t - 1]!;
      squared = gamma * gamma * squared + lengths[t - 1]! ** 2;
    }
    return Math.sqrt((share - 1) ** 2 * startSquared + squared);
  });
};
