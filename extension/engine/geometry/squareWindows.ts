import type { Matrix } from '../linalg/matrix.js';

/**
 * Square matrices that cover a matrix: windows of its smaller side, as few as reach from end to end of the larger one,
 * evenly spaced; they overlap where the sides do not divide. Their eigenvalues together have no bias from the aspect
 * ratio (Hu, Goel, Killiakov and Yang 2025, FARMS). A square matrix is its own window.
 */
export const squareWindows = (matrix: Matrix): Matrix[] => {
  const { rows, columns } = matrix;
  const side = Math.min(rows, columns);
  if (side === 0 || rows === columns) return [matrix];
  const longer = Math.max(rows, columns);
  const count = Math.ceil(longer / side);
  return Array.from({ length: count }, (_, i) => {
    const start = Math.round((i * (longer - side)) / (count - 1));
    return rows > columns ? rowsFrom(matrix, start, side) : columnsFrom(matrix, start, side);
  });
};

const rowsFrom = ({ columns, data }: Matrix, start: number, side: number): Matrix => ({
  rows: side,
  columns: side,
  data: data.slice(start * columns, (start + side) * columns),
});

const columnsFrom = ({ rows, columns, data }: Matrix, start: number, side: number): Matrix => {
  const window = new Float64Array(side * side);
  for (let row = 0; row < rows; row++) {
    window.set(data.subarray(row * columns + start, row * columns + start + side), row * side);
  }
  return { rows: side, columns: side, data: window };
};
