import type { MatrixSpec } from '../geometry/matrices.js';
import type { Matrix } from '../linalg/matrix.js';

/**
 * Copies the elements of one part from whole rows [firstRow, …) of its tensor, row-major; returns their number.
 */
export const gatherPart = (
  spec: MatrixSpec,
  tensorColumns: number,
  rowsRead: Float64Array,
  firstRow: number,
  rowCount: number,
  into: Float64Array,
): number => {
  const [left, right] = spec.range?.columns ?? [0, tensorColumns];
  const ranges = spec.range?.rows ?? [[0, spec.rows] as const];
  let written = 0;
  for (const [start, end] of ranges) {
    const from = Math.max(start, firstRow);
    const to = Math.min(end, firstRow + rowCount);
    if (from >= to) continue;
    if (right - left === tensorColumns) {
      into.set(
        rowsRead.subarray((from - firstRow) * tensorColumns, (to - firstRow) * tensorColumns),
        written,
      );
      written += (to - from) * tensorColumns;
      continue;
    }
    for (let row = from; row < to; row++) {
      const at = (row - firstRow) * tensorColumns;
      into.set(rowsRead.subarray(at + left, at + right), written);
      written += right - left;
    }
  }
  return written;
};

/** A matrix from its tensor's values, row-major. The matrix of a whole tensor shares the values' memory. */
export const matrixFrom = (spec: MatrixSpec, values: Float64Array, tensorColumns: number): Matrix => {
  if (spec.range === undefined) return { rows: spec.rows, columns: spec.columns, data: values };
  const data = new Float64Array(spec.rows * spec.columns);
  gatherPart(spec, tensorColumns, values, 0, values.length / tensorColumns, data);
  return { rows: spec.rows, columns: spec.columns, data };
};
