import type { Matrix } from '../../linalg/matrix.js';
import { zeros } from '../../linalg/matrix.js';

/**
 * Inner products of the updates δ_t = θ_{t+1} − θ_t from those of the rows θ_t − θ_0 (T × T).
 * @returns (T − 1) × (T − 1).
 */
export const updateGram = (gram: Matrix): Matrix => {
  const { rows: n, data } = gram;
  const updates = Math.max(0, n - 1);
  const result = zeros(updates, updates);
  const at = (i: number, j: number): number => data[i * n + j]!;
  for (let i = 0; i < updates; i++) {
    for (let j = 0; j <= i; j++) {
      // Symmetric in i and j to the last bit.
      const value = at(i + 1, j + 1) + at(i, j) - (at(i + 1, j) + at(i, j + 1));
      result.data[i * updates + j] = result.data[j * updates + i] = value;
    }
  }
  return result;
};

/** The rows and columns [start, start + count) of a Gram matrix. */
export const gramWindow = ({ rows: n, data }: Matrix, start: number, count: number): Matrix => {
  const result = zeros(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) result.data[i * count + j] = data[(start + i) * n + start + j]!;
  }
  return result;
};
