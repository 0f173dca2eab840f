import { GeometryError } from '../../contract/errors.js';
import { eigenComponents } from './eigenComponents.js';
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

/** Up to here one thread is done before two are with a blocked method: 512² with vectors .15 s beside .26. */
const SMALL = 512;
const SMALL_WITHOUT_VECTORS = 1024;

/**
 * Eigenvalues (and vectors) of a symmetric matrix, within a few n·ε·‖A‖. Only the symmetric part of A counts. Small ones
 * take Householder's reduction and implicit QL. Large ones go through the singular value decomposition: A + c·I with
 * c ≥ ‖A‖ has no negative eigenvalue, so its singular values are its eigenvalues and its right singular vectors its
 * eigenvectors.
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
  const found = await (isSmall ? small(matrix, wanted) : large(matrix, wanted, options));
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

const small = async (matrix: Matrix, wanted: boolean): Promise<SymmetricEigen> => {
  if (matrix.rows === 0) return { values: new Float64Array(0), ...(wanted ? { vectors: zeros(0, 0) } : {}) };
  const { values, components } = await eigenComponents(matrix, wanted ? matrix.rows : 0);
  return { values, ...(wanted ? { vectors: components } : {}) };
};
