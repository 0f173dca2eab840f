import { EigenvalueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';
import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';
import { requireFinite, zeros } from './matrix.js';
import { scaled } from './scaling.js';
import type { SpectrumOptions } from './singularValues.js';
import { singularValues } from './singularValues.js';
import { svd } from './svd.js';

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** n × n, one eigenvector a column, in the order of the values. Absent unless asked for. */
  readonly vectors?: Matrix;
}

export interface SymmetricEigenOptions extends SpectrumOptions {
  readonly vectors?: boolean;
}

/** Up to here ml-matrix is done before a blocked method has begun. It makes vectors, wanted or not. */
const SMALL = 48;
const SMALL_WITHOUT_VECTORS = 8;

/**
 * Eigenvalues (and vectors) of a symmetric matrix, within a few n·ε·‖A‖. Only the symmetric part of A counts.
 * Large ones go through the singular value decomposition: A + c·I with c ≥ ‖A‖ has no negative eigenvalue, so its
 * singular values are its eigenvalues and its right singular vectors its eigenvectors.
 * @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`.
 */
export const symmetricEigen = async (
  a: Matrix,
  options: SymmetricEigenOptions = {},
): Promise<SymmetricEigen> => {
  requireFinite(a, options.name);
  if (a.rows !== a.columns) {
    throw new GeometryError(
      'invalid-argument',
      `A ${a.rows} × ${a.columns} matrix has no eigenvalues: it is not square.`,
    );
  }
  const { matrix, restore } = scaled(symmetricPart(a));
  const wanted = options.vectors === true;
  const isSmall = a.rows <= (wanted ? SMALL : SMALL_WITHOUT_VECTORS);
  const found = isSmall ? small(matrix, wanted) : await large(matrix, wanted, options);
  return { ...found, values: restore(found.values) };
};

const symmetricPart = ({ rows: n, data }: Matrix): Matrix => {
  const result = zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) result.data[i * n + j] = data[i * n + j]! / 2 + data[j * n + i]! / 2;
  }
  return result;
};

const large = async (
  matrix: Matrix,
  wanted: boolean,
  { name, signal }: SymmetricEigenOptions,
): Promise<SymmetricEigen> => {
  const n = matrix.rows;
  const options = {
    ...(name === undefined ? {} : { name }),
    ...(signal === undefined ? {} : { signal }),
  };
  const shift = largestRowSum(matrix);
  const shifted = { ...matrix, data: matrix.data.slice() };
  for (let i = 0; i < n; i++) shifted.data[i * n + i]! += shift;
  if (!wanted) {
    const { values } = await singularValues(shifted, options);
    return { values: values.map((value) => value - shift) };
  }
  const { singularValues: values, v } = await svd(shifted, options);
  return { values: values.map((value) => value - shift), vectors: v };
};

/** ‖A‖_∞, which no eigenvalue exceeds. */
const largestRowSum = ({ rows: n, data }: Matrix): number => {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(data[i * n + j]!);
    largest = Math.max(largest, sum);
  }
  return largest;
};

const small = ({ rows: n, data }: Matrix, wanted: boolean): SymmetricEigen => {
  if (n === 0) return { values: new Float64Array(0), ...(wanted ? { vectors: zeros(0, 0) } : {}) };
  const found = new EigenvalueDecomposition(DenseMatrix.from1DArray(n, n, data), {
    assumeSymmetric: true,
  });
  const order = [...found.realEigenvalues.keys()].sort(
    (i, j) => found.realEigenvalues[j]! - found.realEigenvalues[i]!,
  );
  const values = Float64Array.from(order, (i) => found.realEigenvalues[i]!);
  if (!wanted) return { values };
  const vectors = zeros(n, n);
  order.forEach((from, to) => {
    for (let row = 0; row < n; row++) vectors.data[row * n + to] = found.eigenvectorMatrix.get(row, from);
  });
  return { values, vectors };
};
