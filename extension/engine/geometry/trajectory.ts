import type { Matrix } from '../linalg/matrix.js';
import { zeros } from '../linalg/matrix.js';
import { pivotedCholesky } from '../linalg/pivotedCholesky.js';
import { svd } from '../linalg/svd.js';
import { symmetricEigen } from '../linalg/symmetricEigen.js';

/** Components whose coordinates and residuals a report holds. */
export const reportedComponents = 10;

/** PCA of a trajectory whose rows are θ_t − θ_0. */
export interface TrajectoryPca {
  /** Fractions of the squared length (about the mean where centred), largest first, one per component. */
  readonly explained: number[];
  /** One row per checkpoint, one column per component (10 at most). */
  readonly coordinates: number[][];
  /** Per checkpoint: distance from the span of the first 1, 2, …, 10 components over its own length; 0 for a row of length 0. */
  readonly residual: number[][];
  /** Every coordinate of the last checkpoint, one per component: what reconstruction adds up. */
  readonly lastScores: Float64Array;
  /** Per component: the coefficients of its unit vector in the checkpoint rows (about the mean where centred). */
  readonly directions: number[][];
}

/**
 * PCA from the T × T Gram matrix of the rows θ_t − θ_0, the first of which is zero. Centred: the columns' mean over
 * all T rows, the zero row included, is subtracted, in fitting and in projecting (2602.16746 §3.1). Uncentred: the
 * zero row is left out of the fit and lies at the origin (2602.18649 §2). The sign of a component makes the
 * coordinate of largest size positive, as its sign is otherwise the eigensolver's whim.
 * @param parameters length of a row: rows shorter than there are checkpoints span no more dimensions than that.
 */
export const trajectoryPca = async (
  gram: Matrix,
  centred: boolean,
  parameters = Infinity,
): Promise<TrajectoryPca> => {
  const checkpoints = gram.rows;
  // A centred set of T points spans T − 1 dimensions, and so does an uncentred one with a zero row.
  const spanned = Math.max(0, checkpoints - 1);
  const { lengths, vectors } =
    parameters < spanned
      ? await fromFactor(pivotedCholesky(gram, parameters), centred)
      : await fromGram(centred ? doublyCentred(gram) : gram, spanned);
  const dimensions = lengths.length;
  const total = lengths.reduce((sum, length) => sum + length * length, 0);
  if (total === 0) return withoutExtent(checkpoints);

  const scores = Array.from({ length: checkpoints }, () => new Float64Array(dimensions));
  const directions: number[][] = [];
  for (let component = 0; component < dimensions; component++) {
    const sign = signOf(vectors, component);
    const length = lengths[component]!;
    for (let t = 0; t < checkpoints; t++) {
      // A row of length 0 has no part in any component, whatever rounding says.
      if (!centred && gram.data[t * checkpoints + t] === 0) continue;
      scores[t]![component] = sign * length * vectors.data[t * vectors.columns + component]!;
    }
    const inverse = length > 0 ? sign / length : 0;
    directions.push(
      Array.from({ length: checkpoints }, (_, t) => inverse * vectors.data[t * vectors.columns + component]!),
    );
  }
  const reported = Math.min(reportedComponents, dimensions);
  return {
    explained: lengths.map((length) => (length * length) / total),
    coordinates: scores.map((row) => Array.from(row.subarray(0, reported))),
    residual: scores.map((row) => residuals(row, reported)),
    lastScores: scores[checkpoints - 1]!,
    directions,
  };
};

/** Lengths of the components, largest first, and their unit vectors as columns. */
interface Components {
  readonly lengths: readonly number[];
  readonly vectors: Matrix;
}

const fromGram = async (gram: Matrix, dimensions: number): Promise<Components> => {
  const { values, vectors } = await symmetricEigen(gram, { vectors: true });
  const lengths = Array.from({ length: dimensions }, (_, i) => Math.sqrt(Math.max(0, values[i]!)));
  return { lengths, vectors: vectors! };
};

/** Of rows F (T × r) that have the inner products of the trajectory's: its singular values and left vectors. */
const fromFactor = async (factor: Matrix, centred: boolean): Promise<Components> => {
  const { singularValues, u } = await svd(centred ? aboutMean(factor) : factor);
  return { lengths: Array.from(singularValues), vectors: u };
};

/** Explained fractions alone. */
export const explainedFractions = async (gram: Matrix, centred: boolean): Promise<number[]> => {
  const { values } = await symmetricEigen(centred ? doublyCentred(gram) : gram);
  const lengths = Array.from(values.subarray(0, Math.max(0, gram.rows - 1)), (value) => Math.max(0, value));
  const total = lengths.reduce((sum, value) => sum + value, 0);
  return total === 0 ? lengths : lengths.map((value) => value / total);
};

/** Rows minus their mean. */
export const aboutMean = ({ rows, columns, data }: Matrix): Matrix => {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]! / rows;
  }
  return { rows, columns, data: data.map((value, k) => value - mean[k % columns]!) };
};

/** J·G·J with J = I − 11ᵀ/T: the Gram matrix of the rows about their mean. */
export const doublyCentred = (gram: Matrix): Matrix => {
  const n = gram.rows;
  const rowMean = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += gram.data[i * n + j]!;
    rowMean[i] = sum / n;
  }
  const mean = rowMean.reduce((sum, value) => sum + value, 0) / n;
  const result = zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      result.data[i * n + j] = gram.data[i * n + j]! - rowMean[i]! - rowMean[j]! + mean;
    }
  }
  return result;
};

/** From the tail of the scores and not from a difference of lengths, which would lose the small ones. */
const residuals = (scores: Float64Array, reported: number): number[] => {
  const squared = scores.reduce((sum, value) => sum + value * value, 0);
  const tail = new Float64Array(scores.length + 1);
  for (let i = scores.length - 1; i >= 0; i--) tail[i] = tail[i + 1]! + scores[i]! * scores[i]!;
  return Array.from({ length: reported }, (_, i) => (squared > 0 ? Math.sqrt(tail[i + 1]! / squared) : 0));
};

const signOf = (vectors: Matrix, component: number): number => {
  let best = 0;
  for (let t = 0; t < vectors.rows; t++) {
    const value = vectors.data[t * vectors.columns + component]!;
    // The margin keeps the choice stable where two coordinates are equal but for rounding.
    if (Math.abs(value) > Math.abs(best) * (1 + 1e-9)) best = value;
  }
  return best < 0 ? -1 : 1;
};

const withoutExtent = (checkpoints: number): TrajectoryPca => ({
  explained: [],
  coordinates: Array.from({ length: checkpoints }, () => []),
  residual: Array.from({ length: checkpoints }, () => []),
  lastScores: new Float64Array(),
  directions: [],
});
