import { gemm } from '../../linalg/gemm.js';
import type { Matrix } from '../../linalg/matrix.js';
import { singularValues } from '../../linalg/singularValues.js';

/** The leading singular values of W_Q and the matrix commutator of W_Q and W_K (2602.16746 v3 §3.7). */
export interface MatrixGaps {
  readonly s1: number;
  readonly s2: number;
  readonly s3: number;
  /** ‖W_Q W_K − W_K W_Q‖_F; absent where the two are not square matrices of one size. */
  readonly commutator?: number;
}

/** Undefined for a matrix with fewer than three singular values. @throws GeometryError `not-finite`. */
export const matrixGaps = async (
  queries: Matrix,
  keys: Matrix | undefined,
): Promise<MatrixGaps | undefined> => {
  const { values } = await singularValues(queries);
  const [s1, s2, s3] = values;
  if (s1 === undefined || s2 === undefined || s3 === undefined) return undefined;
  const n = queries.rows;
  if (keys === undefined || queries.columns !== n || keys.rows !== n || keys.columns !== n) {
    return { s1, s2, s3 };
  }
  const [forth, back] = [await gemm(queries, keys), await gemm(keys, queries)];
  let squared = 0;
  for (let i = 0; i < forth.data.length; i++) squared += (forth.data[i]! - back.data[i]!) ** 2;
  return { s1, s2, s3, commutator: Math.sqrt(squared) };
};
