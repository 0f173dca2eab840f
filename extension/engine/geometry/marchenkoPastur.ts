import type { Matrix } from '../linalg/matrix.js';

/** Where the singular values of a matrix of independent entries would lie. */
export interface MarchenkoPasturEdges {
  /** Variance of the entries about their mean (population: divided by m·n). */
  readonly variance: number;
  /** sd·|√m − √n| and sd·(√m + √n) for an m × n matrix. */
  readonly lowerEdge: number;
  readonly upperEdge: number;
}

/** The edges for the matrix's own entry variance, see {@link marchenkoPasturEdges}. */
export const marchenkoPastur = ({ rows, columns, data }: Matrix): MarchenkoPasturEdges => {
  let sum = 0;
  for (const value of data) sum += value;
  const mean = sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - mean) * (value - mean);
  return marchenkoPasturEdges(squares / data.length, rows, columns);
};

/**
 * The Marchenko–Pastur edges (Marchenko and Pastur 1967, for singular values and not their squares): as m, n grow, an
 * m × n matrix of independent entries with mean zero and this variance has every singular value between them. A mean
 * other than zero adds one value near |mean|·√(mn).
 */
export const marchenkoPasturEdges = (
  variance: number,
  rows: number,
  columns: number,
): MarchenkoPasturEdges => {
  const deviation = Math.sqrt(variance);
  return {
    variance,
    lowerEdge: deviation * Math.abs(Math.sqrt(rows) - Math.sqrt(columns)),
    upperEdge: deviation * (Math.sqrt(rows) + Math.sqrt(columns)),
  };
};
