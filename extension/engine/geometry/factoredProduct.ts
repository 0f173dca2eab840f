import type { Pause } from '../ground/work/pause.js';
import { gemm } from '../linalg/gemm.js';
import { transpose, type Matrix } from '../linalg/matrix.js';
import { qr } from '../linalg/qr.js';

/**
 * A matrix n × k without its orthonormal part: L with X = Q·L, of at most k rows. The singular values of X·Yᵀ are those of
 * L_x·L_yᵀ, k × k, so that the n × n product is never formed (Golub and Van Loan, section 5.2).
 */
export const coreOf = async (x: Matrix, pause: Pause): Promise<Matrix> =>
  x.rows > x.columns ? (await qr(x, false, pause)).r : x;

/** L_x·L_yᵀ of two cores of the same inner size. */
export const coreProduct = (x: Matrix, y: Matrix): Promise<Matrix> => gemm(x, transpose(y));

/** Rows [from, from + count) of a matrix. */
export const someRows = ({ columns, data }: Matrix, from: number, count: number): Matrix => ({
  rows: count,
  columns,
  data: data.slice(from * columns, (from + count) * columns),
});
