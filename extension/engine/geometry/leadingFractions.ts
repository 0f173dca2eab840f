import { gemm } from '../linalg/gemm.js';
import { leadingSquares } from '../linalg/leadingSquares.js';
import type { Matrix } from '../linalg/matrix.js';
import { transpose } from '../linalg/matrix.js';
import { symmetricEigen } from '../linalg/symmetricEigen.js';
import { aboutMean, explainedFractions } from './trajectory.js';
import { gramOfRows } from './randomWalkNull.js';

/** Rows and columns up to which the whole spectrum is found as fast as its leading part. */
const WHOLE_UP_TO = 256;

/**
 * The first `count` explained fractions of a trajectory given by its rows (T × w), equal to those of PCA of
 * its Gram matrix. The draws of a null use it, as only these fractions are reported. The smaller of the T ×
 * T and w × w products is decomposed; where both are large, only its leading part.
 */
export const leadingFractions = async (rows: Matrix, centred: boolean, count: number): Promise<number[]> => {
  const shorter = Math.min(rows.rows, rows.columns);
  if (rows.rows <= WHOLE_UP_TO && rows.columns >= rows.rows - 1) {
    return (await explainedFractions(gramOfRows(rows), centred)).slice(0, count);
  }
  const moved = centred ? aboutMean(rows) : rows;
  const total = moved.data.reduce((sum, value) => sum + value * value, 0);
  const leading = shorter > WHOLE_UP_TO ? await leadingSquares(moved, count) : undefined;
  const squares = leading ?? (await symmetricEigen(await gemm(transpose(moved), moved))).values;
  return Array.from(squares.subarray(0, count), (value) => (total > 0 ? Math.max(0, value) / total : 0));
};
