import type { Matrix } from '../../linalg/matrix.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';
import { doublyCentred } from '../trajectory.js';

/** The singular value decomposition of a window of updates, W rows of any length. */
export interface WindowSpectrum {
  /** Descending; W of them, W − 1 where centred: the last is zero by construction. */
  readonly singularValues: number[];
  /**
   * Per value: the coefficients of its right singular vector in the window's updates, v_k = Σ_i c_ki δ_i. Centred too:
   * such coefficients add up to zero, so the mean drops out. Empty for a value of zero.
   */
  readonly coefficients: number[][];
}

/**
 * Singular values and right singular vectors of a window of updates from its W × W Gram matrix (2604.06256 §2). Centred:
 * the window's mean update is subtracted first. Squaring costs digits: values below √ε of the largest are rounding.
 */
export const windowSpectrum = async (gram: Matrix, centred: boolean): Promise<WindowSpectrum> => {
  const { values, vectors } = await symmetricEigen(centred ? doublyCentred(gram) : gram, { vectors: true });
  const count = Math.max(0, gram.rows - (centred ? 1 : 0));
  const singularValues = Array.from({ length: count }, (_, k) => Math.sqrt(Math.max(0, values[k]!)));
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
  const count = Math.max(0, gram.rows - (centred ? 1 : 0));
  return Array.from({ length: count }, (_, k) => Math.sqrt(Math.max(0, values[k]!)));
};
