import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';

/**
 * X with A·X = B for a symmetric positive definite A, by Cholesky's factorisation; backward stable without pivoting. Loops
 * run along rows, so that many right-hand sides go at the speed of the cache.
 * @throws GeometryError `invalid-argument` where A is not positive definite or the sizes do not fit.
 */
export const solvePositiveDefinite = (a: Matrix, b: Matrix): Matrix => {
  const { rows: n, columns } = a;
  if (n !== columns || b.rows !== n) {
    throw new GeometryError(
      'invalid-argument',
      `A ${a.rows} × ${a.columns} system cannot have a ${b.rows} × ${b.columns} right-hand side.`,
    );
  }
  const lower = factorised(a);
  const x = b.data.slice();
  const width = b.columns;
  const subtractRow = (target: number, factor: number, source: number): void => {
    for (let j = 0; j < width; j++) x[target * width + j]! -= factor * x[source * width + j]!;
  };
  const divideRow = (row: number): void => {
    const pivot = lower[row * n + row]!;
    for (let j = 0; j < width; j++) x[row * width + j]! /= pivot;
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(i, lower[i * n + k]!, k);
    divideRow(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(i, lower[k * n + i]!, k);
    divideRow(i);
  }
  return { rows: n, columns: width, data: x };
};

/** L with A = L·Lᵀ, row by row; above the diagonal is what stood there. */
const factorised = ({ rows: n, data }: Matrix): Float64Array => {
  const lower = data.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j]!;
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw new GeometryError('invalid-argument', 'The matrix is not positive definite.');
    }
  }
  return lower;
};
