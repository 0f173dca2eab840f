import type { Matrix } from '../../linalg/matrix.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';

/** SVD of n matrices' changes stacked as rows, through their n × n Gram matrix. */
export interface JointSvd {
  /** Squared singular values, descending, n of them. */
  readonly energy: Float64Array;
  /** n × n, left singular vectors as columns in the order of `energy`. */
  readonly left: Matrix;
}

/** The rows' inner products over the columns that end at `end` and begin where the segment before ends. */
export interface JointSegment {
  /** A length that one of the rows has. */
  readonly end: number;
  /** n × n; zero where a row is shorter. */
  readonly gram: Matrix;
}

/**
 * Joint cross-matrix SVD (2602.18649 §2): each matrix's change is one row, flattened row-major and padded with zeros
 * to the longest; the stack of n rows is cut at rank r ≤ n. The segments' Gram matrices together are that of the rows.
 */
export const jointSvd = async (segments: readonly JointSegment[]): Promise<JointSvd> => {
  const { rows: n } = segments[0]!.gram;
  const gram = { rows: n, columns: n, data: new Float64Array(n * n) };
  for (const segment of segments) segment.gram.data.forEach((value, i) => (gram.data[i]! += value));
  const { values, vectors } = await symmetricEigen(gram, { vectors: true });
  return { energy: values.map((value) => Math.max(0, value)), left: vectors! };
};

/**
 * Row-mixing weights of a rank: the reconstructed change of matrix i is Σ_j weights[i][j] · (flattened change of j,
 * cut or padded to the length of i). n × n, the projector U_r U_rᵀ onto the leading left singular vectors.
 */
export const jointMixing = ({ left }: JointSvd, rank: number): Matrix => projector(left, 0, rank);

/**
 * ‖reconstructed change − change‖_F / ‖change‖_F at each rank, of the matrices as they are: what mixing puts on the
 * padding of a short row is no part of any matrix, so the error is below √(share of energy left out). With R = I − U_r U_rᵀ
 * row i is off by (R·D)_i on its own columns: the sum of (R·G_s·R)_ii over the segments s that it reaches.
 *
 * @param lengths of the rows, in the order of the Gram matrices.
 */
export const jointRelativeErrors = (
  { left }: JointSvd,
  segments: readonly JointSegment[],
  lengths: readonly number[],
  ranks: readonly number[],
): number[] => {
  const n = lengths.length;
  const whole = segments.reduce((sum, { gram }) => sum + trace(gram), 0);
  return ranks.map((rank) => {
    // From the vectors left out: the identity minus those kept would lose small errors.
    const { data: rest } = projector(left, rank, n);
    let squared = 0;
    for (const { end, gram } of segments) {
      for (let i = 0; i < n; i++) {
        if (lengths[i]! >= end) squared += quadraticForm(gram, rest.subarray(i * n, (i + 1) * n));
      }
    }
    return whole > 0 ? Math.sqrt(Math.max(0, squared) / whole) : 0;
  });
};

/** Σ u_k u_kᵀ over the columns [from, to). */
const projector = ({ rows: n, data: vectors }: Matrix, from: number, to: number): Matrix => {
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = from; k < Math.min(to, n); k++) sum += vectors[i * n + k]! * vectors[j * n + k]!;
      data[i * n + j] = sum;
    }
  }
  return { rows: n, columns: n, data };
};

const trace = ({ rows: n, data }: Matrix): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[i * n + i]!;
  return sum;
};

/** xᵀ·A·x. */
const quadraticForm = ({ rows: n, data }: Matrix, x: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += data[i * n + j]! * x[j]!;
    sum += x[i]! * row;
  }
  return sum;
};
