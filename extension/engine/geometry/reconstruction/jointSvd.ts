import type { Matrix } from '../../linalg/matrix.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';

/** SVD of n matrices' changes stacked as rows, through their n × n Gram matrix. */
export interface JointSvd {
  /** Squared singular values, descending, n of them. */
  readonly energy: Float64Array;
  /** n × n, left singular vectors as columns in the order of `energy`. */
  readonly left: Matrix;
}

/**
 * Joint cross-matrix SVD (2602.18649 §2): each matrix's change is one row, flattened row-major and padded with zeros
 * to the longest; the stack of n rows is cut at rank r ≤ n. `gram` holds the rows' inner products.
 */
export const jointSvd = async (gram: Matrix): Promise<JointSvd> => {
  const { values, vectors } = await symmetricEigen(gram, { vectors: true });
  return { energy: values.map((value) => Math.max(0, value)), left: vectors! };
};

/**
 * Row-mixing weights of a rank: the reconstructed change of matrix i is Σ_j weights[i][j] · (flattened change of j,
 * cut or padded to the length of i). n × n, the projector U_r U_rᵀ onto the leading left singular vectors.
 */
export const jointMixing = ({ left }: JointSvd, rank: number): Matrix => {
  const n = left.rows;
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < Math.min(rank, n); k++) sum += left.data[i * n + k]! * left.data[j * n + k]!;
      data[i * n + j] = sum;
    }
  }
  return { rows: n, columns: n, data };
};
