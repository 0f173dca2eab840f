import { compileProducts } from './graphs.js';
import type { Matrix } from './matrix.js';
import { requireFinite, zeros } from './matrix.js';
import { sumsOf } from './summary.js';

/** A matrix known by what it does to blocks of vectors; it may be too large to hold. */
export interface LinearOperator {
  readonly rows: number;
  readonly columns: number;
  /** What it is called in an error message. */
  readonly name: string;
  /** A·X for X columns × k. */
  readonly multiply: (block: Matrix) => Promise<Matrix>;
  /** Aᵀ·X for X rows × k. */
  readonly multiplyTransposed: (block: Matrix) => Promise<Matrix>;
  /** Aᵀ·A·X for X columns × k, going through the matrix once. */
  readonly multiplyGram: (block: Matrix) => Promise<Matrix>;
  /** ‖A‖_F², exact to rounding. @throws GeometryError `not-finite` naming the matrix. */
  readonly squaredFrobeniusNorm: () => Promise<number>;
}

/** Calls `use` with consecutive whole rows of a matrix, each once; the view may be overwritten afterwards. */
export type EachPiece = (use: (piece: Matrix, firstRow: number) => void | Promise<void>) => Promise<void>;

const forward = compileProducts({
  inputs: ['a', 'x'],
  output: 'y',
  products: [{ left: 'a', right: 'x', target: 'y' }],
});

const backward = compileProducts({
  inputs: ['a', 'x', 'sum'],
  output: 'total',
  products: [{ left: 'aᵀ', right: 'x', target: 'total', plus: 'sum' }],
});

const forwardAndBack = compileProducts({
  inputs: ['a', 'x', 'sum'],
  output: 'total',
  products: [
    { left: 'a', right: 'x', target: 'y' },
    { left: 'aᵀ', right: 'y', target: 'total', plus: 'sum' },
  ],
});

const rowsOf = (x: Matrix, first: number, count: number): Matrix => ({
  rows: count,
  columns: x.columns,
  data: x.data.subarray(first * x.columns, (first + count) * x.columns),
});

/** An operator over a matrix that comes in pieces of rows. */
export const pieceOperator = (
  rows: number,
  columns: number,
  name: string,
  eachPiece: EachPiece,
): LinearOperator => ({
  rows,
  columns,
  name,
  multiply: async (x) => {
    const y = zeros(rows, x.columns);
    await eachPiece((a, first) => forward({ a, x }, rowsOf(y, first, a.rows)));
    return y;
  },
  multiplyTransposed: async (x) => {
    const sum = zeros(columns, x.columns);
    await eachPiece((a, first) => backward({ a, x: rowsOf(x, first, a.rows), sum }, sum));
    return sum;
  },
  multiplyGram: async (x) => {
    const sum = zeros(columns, x.columns);
    await eachPiece((a) => forwardAndBack({ a, x, sum }, sum));
    return sum;
  },
  squaredFrobeniusNorm: async () => {
    let total = 0;
    await eachPiece((piece) => {
      const { sumOfSquares } = sumsOf(piece.data);
      // A sum that is not finite tells of an element that is not, or of squares out of range.
      if (!Number.isFinite(sumOfSquares)) requireFinite(piece, name);
      total += sumOfSquares;
    });
    return total;
  },
});

export const matrixOperator = (a: Matrix, name = 'The matrix'): LinearOperator =>
  pieceOperator(a.rows, a.columns, name, async (use) => {
    await use(a, 0);
  });
