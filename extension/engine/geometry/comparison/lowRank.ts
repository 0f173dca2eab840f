import { svd } from '../../linalg/svd.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';

/** B·A, the nearest matrix of a rank (Eckart and Young 1936), with √σ in each factor. */
export interface LowRankFactors {
  readonly rank: number;
  /** B: rows × rank. */
  readonly up: Matrix;
  /** A: rank × columns. */
  readonly down: Matrix;
  /** Share of Σσ² that is kept. */
  readonly energy: number;
}

/**
 * The smallest rank whose leading singular values hold a share of the energy Σσ².
 * @param singularValues descending. @param energy 0 … 1. @returns 0 for zeros.
 */
export const rankForEnergy = (singularValues: ArrayLike<number>, energy: number): number => {
  const squares = Array.from(singularValues, (value) => value * value);
  const total = squares.reduceRight((sum, square) => sum + square, 0);
  if (!(total > 0)) return 0;
  let kept = 0;
  const reached = squares.findIndex((square) => (kept += square) >= energy * total);
  // Rounding may leave the sum of all below the whole.
  return reached < 0 ? squares.length : reached + 1;
};

/** Undefined for a zero matrix. */
export const lowRankFactors = async (
  matrix: Matrix,
  energy: number,
  signal?: AbortSignal,
): Promise<LowRankFactors | undefined> => {
  const { u, singularValues, v } = await svd(matrix, signal === undefined ? {} : { signal });
  const rank = rankForEnergy(singularValues, energy);
  if (rank === 0) return undefined;
  const [up, down] = [zeros(matrix.rows, rank), zeros(rank, matrix.columns)];
  const squares = singularValues.map((value) => value * value);
  const sum = (values: Float64Array): number => values.reduceRight((total, value) => total + value, 0);
  for (let k = 0; k < rank; k++) {
    const root = Math.sqrt(singularValues[k]!);
    for (let row = 0; row < matrix.rows; row++) up.data[row * rank + k] = root * u.data[row * u.columns + k]!;
    for (let column = 0; column < matrix.columns; column++)
      down.data[k * matrix.columns + column] = root * v.data[column * v.columns + k]!;
  }
  return { rank, up, down, energy: sum(squares.slice(0, rank)) / sum(squares) };
};
