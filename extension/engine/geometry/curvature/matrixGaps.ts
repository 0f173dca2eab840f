import { gemm } from '../../linalg/gemm.js';
import type { Matrix } from '../../linalg/matrix.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import { lengthOf } from './commutatorDefect.js';
import { singularValues } from '../../linalg/singularValues.js';

/** The leading singular values of W_Q and the matrix commutator of W_Q and W_K (2602.16746 v3 §3.7). */
export interface MatrixGaps {
  readonly s1: number;
  readonly s2: number;
  readonly s3: number;
  /** ‖W_Q W_K − W_K W_Q‖_F; absent where the two are not square matrices of one size. */
  readonly commutator?: number;
  readonly nulls: {
    /** s₁ − s₂ and s₂ − s₃ of the entries of W_Q in a random order. */
    readonly g12: number;
    readonly g23: number;
    /** √2 ‖W_Q‖_F ‖W_K‖_F/√n: root mean square of the commutator where W_K is turned at random on either side, U W_K V. */
    readonly commutator?: number;
  };
}

/** Undefined for a matrix with fewer than three singular values. `seeds` name the shuffle. @throws GeometryError `not-finite`. */
export const matrixGaps = async (
  queries: Matrix,
  keys: Matrix | undefined,
  ...seeds: readonly number[]
): Promise<MatrixGaps | undefined> => {
  const { values } = await singularValues(queries);
  const [s1, s2, s3] = values;
  if (s1 === undefined || s2 === undefined || s3 === undefined) return undefined;
  const [n1, n2, n3] = (await singularValues(shuffledEntries(queries, ...seeds))).values;
  const gaps = { g12: n1! - n2!, g23: n2! - n3! };
  const n = queries.rows;
  if (keys === undefined || queries.columns !== n || keys.rows !== n || keys.columns !== n) {
    return { s1, s2, s3, nulls: gaps };
  }
  const [forth, back] = [await gemm(queries, keys), await gemm(keys, queries)];
  let squared = 0;
  for (let i = 0; i < forth.data.length; i++) squared += (forth.data[i]! - back.data[i]!) ** 2;
  // E‖Q U K V‖² = ‖Q‖² ‖K‖²/n, and the two products do not correlate.
  const turned = (Math.SQRT2 * lengthOf(queries.data) * lengthOf(keys.data)) / Math.sqrt(n);
  return { s1, s2, s3, commutator: Math.sqrt(squared), nulls: { ...gaps, commutator: turned } };
};
