import { describe, expect, it } from 'vitest';
import { squareWindows } from '../../../extension/engine/geometry/squareWindows.js';

const matrix = (rows: number, columns: number) => ({
  rows,
  columns,
  data: Float64Array.from({ length: rows * columns }, (_, i) => i),
});

describe('square windows of a matrix', () => {
  it('cover every row of a tall one and every column of a wide one, from end to end', () => {
    for (const [rows, columns] of [
      [7, 3],
      [3, 7],
      [6, 3],
      [5, 4],
      [1, 4],
    ] as const) {
      const windows = squareWindows(matrix(rows, columns));
      const side = Math.min(rows, columns);
      expect(windows.length).toBe(Math.ceil(Math.max(rows, columns) / side));
      for (const window of windows)
        expect([window.rows, window.columns, window.data.length]).toEqual([side, side, side * side]);
      const seen = new Set(windows.flatMap(({ data }) => [...data]));
      expect(seen.size).toBe(rows * columns);
    }
  });

  it('keep rows and columns together', () => {
    expect(squareWindows(matrix(2, 4)).map(({ data }) => [...data])).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ]);
    expect(squareWindows(matrix(4, 2)).map(({ data }) => [...data])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  it('of a square matrix is the matrix', () => {
    const square = matrix(3, 3);
    expect(squareWindows(square)).toEqual([square]);
  });
});
