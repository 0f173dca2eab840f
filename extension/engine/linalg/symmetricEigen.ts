import { EigenvalueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';
import type { Matrix } from './matrix.js';
import { requireFinite, zeros } from './matrix.js';
import type { SpectrumOptions } from './singularValues.js';

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** n × n, one eigenvector a column, in the order of the values. Absent unless asked for. */
  readonly vectors?: Matrix;
}

export interface SymmetricEigenOptions extends SpectrumOptions {
  readonly vectors?: boolean;
}

/** Eigenvalues (and vectors) of a symmetric matrix. @throws GeometryError `not-finite`, `invalid-argument`. */
export const symmetricEigen = async (
  a: Matrix,
  options: SymmetricEigenOptions = {},
): Promise<SymmetricEigen> => {
  requireFinite(a, options.name);
  const n = a.rows;
  const found = new EigenvalueDecomposition(DenseMatrix.from1DArray(n, n, a.data), { assumeSymmetric: true });
  const order = [...found.realEigenvalues.keys()].sort(
    (i, j) => found.realEigenvalues[j]! - found.realEigenvalues[i]!,
  );
  const values = Float64Array.from(order, (i) => found.realEigenvalues[i]!);
  if (options.vectors !== true) return Promise.resolve({ values });
  const vectors = zeros(n, n);
  order.forEach((from, to) => {
    for (let row = 0; row < n; row++) vectors.data[row * n + to] = found.eigenvectorMatrix.get(row, from);
  });
  return Promise.resolve({ values, vectors });
};
