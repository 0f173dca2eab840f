import { Matrix as DenseMatrix, SingularValueDecomposition } from 'ml-matrix';
import type { Matrix } from './matrix.js';
import { requireFinite } from './matrix.js';
import type { SpectrumOptions } from './singularValues.js';

/** A = U Σ Vᵀ with k = min(rows, columns). */
export interface Decomposition {
  /** rows × k, orthonormal columns. */
  readonly u: Matrix;
  /** Descending, k of them. */
  readonly singularValues: Float64Array;
  /** columns × k, orthonormal columns. */
  readonly v: Matrix;
  readonly method: string;
  /** Absolute bound on each singular value's error. */
  readonly errorBound: number;
}

/** The thin singular value decomposition. @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`. */
export const svd = async (a: Matrix, options: SpectrumOptions = {}): Promise<Decomposition> => {
  requireFinite(a, options.name);
  const found = new SingularValueDecomposition(DenseMatrix.from1DArray(a.rows, a.columns, a.data), {
    autoTranspose: true,
  });
  const singularValues = Float64Array.from(found.diagonal);
  const side = (vectors: DenseMatrix): Matrix => ({
    rows: vectors.rows,
    columns: singularValues.length,
    data: Float64Array.from(vectors.to2DArray().flatMap((row) => row.slice(0, singularValues.length))),
  });
  return Promise.resolve({
    u: side(found.leftSingularVectors),
    singularValues,
    v: side(found.rightSingularVectors),
    method: 'golub-kahan',
    errorBound: 1e-12 * (singularValues[0] ?? 0),
  });
};
