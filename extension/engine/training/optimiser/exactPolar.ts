import type { Matrix } from '../../linalg/matrix.js';
import { transpose } from '../../linalg/matrix.js';
import { product } from '../../linalg/product.js';
import { svd } from '../../linalg/svd.js';

/** The polar factor U Vᵀ of a matrix, float64. */
export interface ExactPolar {
  /** rows × columns, row-major. */
  readonly polar: Float64Array;
  /** Descending. */
  readonly singularValues: Float64Array;
  /** Values above rounding: the rank of the polar factor, ‖U Vᵀ‖_F². */
  readonly rank: number;
}

/**
 * By singular value decomposition. For a rank-deficient matrix the vectors of singular values at rounding level
 * are left out: they are not determined there.
 * @throws GeometryError `not-finite`.
 */
export const exactPolar = async (matrix: Matrix): Promise<ExactPolar> => {
  const { u, v, singularValues, errorBound } = await svd(matrix);
  const rank = singularValues.filter((value) => value > errorBound).length;
  const kept = (of: Matrix): Matrix => {
    const data = new Float64Array(of.rows * rank);
    for (let row = 0; row < of.rows; row++) {
      data.set(of.data.subarray(row * of.columns, row * of.columns + rank), row * rank);
    }
    return { rows: of.rows, columns: rank, data };
  };
  const [left, right] = [kept(u), transpose(kept(v))];
  const polar = await product(left.data, right.data, matrix.rows, rank, matrix.columns);
  return { polar, singularValues, rank };
};
