import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';
import { zeros } from './matrix.js';

/** The product A·B in float64. @throws GeometryError `invalid-argument` where the inner sizes differ. */
export const gemm = async (a: Matrix, b: Matrix): Promise<Matrix> => {
  if (a.columns !== b.rows) {
    throw new GeometryError(
      'invalid-argument',
      `A ${a.rows} × ${a.columns} matrix cannot be multiplied by a ${b.rows} × ${b.columns} one.`,
    );
  }
  const product = zeros(a.rows, b.columns);
  for (let row = 0; row < a.rows; row++) {
    const target = product.data.subarray(row * b.columns, (row + 1) * b.columns);
    for (let inner = 0; inner < a.columns; inner++) {
      const factor = a.data[row * a.columns + inner]!;
      const from = inner * b.columns;
      for (let column = 0; column < b.columns; column++) {
        target[column]! += factor * b.data[from + column]!;
      }
    }
  }
  return Promise.resolve(product);
};
