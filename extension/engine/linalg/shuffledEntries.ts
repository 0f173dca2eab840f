import type { Matrix } from './matrix.js';
import { seededRandom } from '../ground/seededRandom.js';

/** What names a draw: the report's seed, the matrix, the step, the draw. */
export type Seeds = readonly number[];

/**
 * The same entries in another order (Fisher–Yates): keeps the distribution of entries, destroys what rows and columns
 * have in common. Its singular values are the null of the matrix's own spectrum.
 * `seeds` name the draw; the same seeds give the same order.
 */
export const shuffledEntries = (matrix: Matrix, ...seeds: Seeds): Matrix => {
  const random = seededRandom(...seeds);
  const data = Float64Array.from(matrix.data);
  for (let i = data.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const moved = data[i]!;
    data[i] = data[j]!;
    data[j] = moved;
  }
  return { rows: matrix.rows, columns: matrix.columns, data };
};
