import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';
import { product } from './product.js';

/** The product A·B in float64. @throws GeometryError `invalid-argument` where the inner sizes differ. */
export const gemm = async (a: Matrix, b: Matrix): Promise<Matrix> => {
  if (a.columns !== b.rows) {
    throw new GeometryError(
      'invalid-argument',
      `A ${a.rows} × ${a.columns} matrix cannot be multiplied by a ${b.rows} × ${b.columns} one.`,
    );
  }
  return {
    rows: a.rows,
    columns: b.columns,
    data: await product(a.data, b.data, a.rows, a.columns, b.columns),
  };
};
