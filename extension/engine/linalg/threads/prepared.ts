import { transpose, type Matrix } from '../matrix.js';
import { scaled } from '../scaling.js';

/** Tall or square, and scaled: what the reductions expect. */
export const prepared = (matrix: Matrix) => scaled(matrix.rows < matrix.columns ? transpose(matrix) : matrix);
