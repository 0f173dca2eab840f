import type { Matrix } from '../linalg/matrix.js';

/** Means over blocks of a matrix, row-major; the last block of a side may be smaller. */
export interface MatrixBlocks {
  readonly rowsPerBlock: number;
  readonly columnsPerBlock: number;
  readonly rows: number;
  readonly columns: number;
  readonly mean: number[];
  /** Root of the mean square. */
  readonly rms: number[];
}

/** A matrix as at most `most` × `most` blocks: of a small one every entry is a block. */
export const matrixBlocks = ({ rows, columns, data }: Matrix, most: number): MatrixBlocks => {
  const [rowsPerBlock, columnsPerBlock] = [Math.ceil(rows / most), Math.ceil(columns / most)];
  const [height, width] = [Math.ceil(rows / rowsPerBlock), Math.ceil(columns / columnsPerBlock)];
  const [sums, squares, counts] = [0, 1, 2].map(() => new Float64Array(height * width)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / rowsPerBlock) * width;
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column]!;
      const block = first + Math.floor(column / columnsPerBlock);
      sums[block]! += value;
      squares[block]! += value * value;
      counts[block]!++;
    }
  }
  return {
    ...{ rowsPerBlock, columnsPerBlock, rows: height, columns: width },
    mean: Array.from(sums, (sum, block) => sum / counts[block]!),
    rms: Array.from(squares, (sum, block) => Math.sqrt(sum / counts[block]!)),
  };
};

/** Euclidean norms of the rows and of the columns. */
export const lineNorms = ({ rows, columns, data }: Matrix): { rows: Float64Array; columns: Float64Array } => {
  const [byRow, byColumn] = [new Float64Array(rows), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const square = data[row * columns + column]! ** 2;
      byRow[row]! += square;
      byColumn[column]! += square;
    }
  }
  return { rows: byRow.map(Math.sqrt), columns: byColumn.map(Math.sqrt) };
};

/**
 * 1/Σvᵢ⁴ of a unit vector: in how many coordinates it lies (Bell and Dean 1970). A random direction of n dimensions has
 * (n + 2)/3, as E[vᵢ⁴] = 3/(n(n + 2)).
 */
export const participationRatio = (unit: Float64Array): number =>
  1 / unit.reduce((sum, value) => sum + value ** 4, 0);
