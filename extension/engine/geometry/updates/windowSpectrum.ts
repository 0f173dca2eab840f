import type { Matrix } from '../../linalg/matrix.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';
import { doublyCentred } from '../trajectory.js';

/** The singular value decomposition of a window of updates, W rows of any length. */
export interface WindowSpectrum {
  /** Descending; W of them, W − 1 where centred: the last is zero by construction. Below {@link rounding}: zero. */
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
 */
export const windowSpectrum = async (gram: Matrix, centred: boolean): Promise<WindowSpectrum> => {
  const { values, vectors } = await symmetricEigen(centred ? doublyCentred(gram) : gram, { vectors: true });
  const singularValues = valuesOf(values, centred);
  return {
    singularValues,
    coefficients: singularValues.map((value, k) =>
      value > 0 ? Array.from({ length: gram.rows }, (_, i) => vectors!.data[i * gram.rows + k]! / value) : [],
    ),
  };
};

/** The singular values alone: for the draws of a null. */
export const windowSingularValues = async (gram: Matrix, centred: boolean): Promise<number[]> => {
  const { values } = await symmetricEigen(centred ? doublyCentred(gram) : gram);
  return valuesOf(values, centred);
};

/**
 * Share of the largest singular value below which one of W updates is rounding, √(W·ε): eigenvalues are its square, and
 * known within W·ε of the largest.
 */
const rounding = (updates: number): number => Math.sqrt(updates * Number.EPSILON);

/**
 * Singular values from the W eigenvalues. Rounding is set to zero here, for a run and its null alike: an update of length
 * zero may leave 1e-8 of the largest in place of 0, by the solver, and the step down to it would pass for a gap.
 */
const valuesOf = (eigenvalues: Float64Array, centred: boolean): number[] => {
  const roots = Array.from(eigenvalues, (value) => Math.sqrt(Math.max(0, value)));
  const least = rounding(roots.length) * (roots[0] ?? 0);
  return roots
    .slice(0, Math.max(0, roots.length - (centred ? 1 : 0)))
    .map((root) => (root < least ? 0 : root));
};
