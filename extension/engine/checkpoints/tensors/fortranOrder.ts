import { readInto, type ByteSource } from '../bytes/byteSource.js';
import type { NumericDtype } from './checkpoint.js';
import { bytesPerElement, decodeElements } from './dtypes.js';
import { keptBytes, releaseBytes } from './keptBytes.js';

interface FortranArray {
  readonly source: ByteSource;
  readonly dataStart: number;
  readonly dtype: NumericDtype;
  readonly bigEndian: boolean;
  readonly shape: readonly number[];
}

/** Short columns are read many at a time, long ones only where rows are wanted. */
const BLOCK_BYTES = 2 ** 18;

/** For each column-major position in the trailing axes, the row-major one. */
const rowMajorPosition = (trailing: readonly number[]): ((column: number) => number) => {
  const strides = trailing.map((_, axis) =>
    trailing.slice(axis + 1).reduce((product, size) => product * size, 1),
  );
  return (column) => {
    let rest = column;
    let position = 0;
    for (let axis = 0; axis < trailing.length; axis++) {
      const coordinate = rest % trailing[axis]!;
      position += coordinate * strides[axis]!;
      rest = (rest - coordinate) / trailing[axis]!;
    }
    return position;
  };
};

/**
 * A reader of row-major elements [start, start + length) from an array stored column-major: the first axis runs
 * fastest in the file, so the rows that the range touches are gathered column by column.
 */
export const fortranReader = (
  array: FortranArray,
): ((start: number, length: number, into: Float64Array) => Promise<void>) => {
  const { source, dataStart, dtype, bigEndian, shape } = array;
  const width = bytesPerElement(dtype);
  const [rows = 1, ...trailing] = shape;
  const columns = trailing.reduce((product, dimension) => product * dimension, 1);
  const toPosition = rowMajorPosition(trailing);
  const columnsPerBlock = Math.floor(BLOCK_BYTES / (rows * width));
  const bytes = rows * columns * width;

  return async (start, length, into) => {
    if (length === 0) return;
    const firstRow = Math.floor(start / columns);
    const rowCount = Math.floor((start + length - 1) / columns) - firstRow + 1;
    // Inside one row of a matrix, only the columns of the range are looked at.
    const isPartOfRow = rowCount === 1 && trailing.length === 1;
    const from = isPartOfRow ? start % columns : 0;
    const to = isPartOfRow ? from + length : columns;
    // Each row of a column-major file touches all of it.
    const whole = await keptBytes(array, bytes, () => source.read(dataStart, bytes));
    if (start + length === rows * columns) releaseBytes(array);
    // Of bytes at hand only the rows that are wanted are decoded.
    const isBlock = whole === undefined && columnsPerBlock > 1;
    const perTurn = isBlock ? columnsPerBlock : 1;
    const values = new Float64Array(isBlock ? Math.min(perTurn, to - from) * rows : rowCount);
    const buffer = new Uint8Array(values.length * width);
    for (let column = from; column < to; column += perTurn) {
      const count = Math.min(perTurn, to - column);
      const runStart = column * rows + (isBlock ? 0 : firstRow);
      const runLength = isBlock ? count * rows : rowCount;
      const run =
        whole?.subarray(runStart * width, (runStart + runLength) * width) ??
        buffer.subarray(0, runLength * width);
      if (whole === undefined) await readInto(source, dataStart + runStart * width, run);
      decodeElements(dtype, run, values, 0, bigEndian);
      for (let i = 0; i < count; i++) {
        const position = toPosition(column + i) - start;
        const valuesStart = isBlock ? i * rows + firstRow : 0;
        for (let row = 0; row < rowCount; row++) {
          const at = (firstRow + row) * columns + position;
          if (at >= 0 && at < length) into[at] = values[valuesStart + row]!;
        }
      }
    }
  };
};
