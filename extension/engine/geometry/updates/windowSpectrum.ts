import type { Matrix } from '../../linalg/matrix.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';
import { doublyCentred } from '../trajectory.js';

/** The singular value decomposition of a window of updates, W rows of any length. */
export interface WindowSpectrum {
  /** Descending; W of them, W − 1 where centred: the last is zero by construction. Rounding is zero. */
  readonly singularValues: number[];
  /**
   * Per value: the coefficients of its right singular vector in the window's updates, v_k = Σ_i c_ki δ_i. Centred too:
   * such coefficients add up to zero, so the mean drops out. Empty for a value of zero.
   */
  readonly coefficients: number[][];
}

/**
 * Singular values and right singular vectors of a window of updates from its W × W Gram matrix (2604.06256 §2). Centred:
 * the window's mean update is subtracted first.
 *
 * @param distance of the weights from where the rows of the Gram matrix were taken, at most: updates are differences of
 * those rows, and rounded like them. 0 where the updates themselves were multiplied.
 */
export const windowSpectrum = async (
  gram: Matrix,
  centred: boolean,
  distance = 0,
): Promise<WindowSpectrum> => {
  const { values, vectors } = await symmetricEigen(centred ? doublyCentred(gram) : gram, { vectors: true });
  const singularValues = valuesOf(values, centred, distance);
  return {
    singularValues,
    coefficients: singularValues.map((value, k) =>
      value > 0 ? Array.from({ length: gram.rows }, (_, i) => vectors!.data[i * gram.rows + k]! / value) : [],
    ),
  };
};

/** The singular values alone: for the draws of a null. */
export const windowSingularValues = async (
  gram: Matrix,
  centred: boolean,
  distance = 0,
): Promise<number[]> => {
  const { values } = await symmetricEigen(centred ? doublyCentred(gram) : gram);
  return valuesOf(values, centred, distance);
};

/**
 * Share of the largest length below which a singular value of W updates is rounding, √(W·ε): eigenvalues are its square, and
 * known within W·ε of the largest square.
 */
const rounding = (updates: number): number => Math.sqrt(updates * Number.EPSILON);

/**
 * Singular values from the W eigenvalues. Rounding is set to zero here, for a run and its null alike: an update of length
 * zero, or one that lies in the span of the others, may leave 1e-8 of the largest length in place of 0, and the step down
 * to it would pass for a gap.
 */
const valuesOf = (eigenvalues: Float64Array, centred: boolean, distance: number): number[] => {
  const roots = Array.from(eigenvalues, (value) => Math.sqrt(Math.max(0, value)));
  const least = rounding(roots.length) * Math.max(roots[0] ?? 0, distance);
  return roots
    .slice(0, Math.max(0, roots.length - (centred ? 1 : 0)))
    .map((root) => (root < least ? 0 : root));
};
