import type { MatrixSpec } from '../geometry/matrices.js';
import { tensorColumns } from '../geometry/matrices.js';
import type { Survey } from './survey.js';

/**
 * Reads elements [start, start + length) of a matrix at one checkpoint, flattened row-major, into `into[0…]`.
 * Parts of fused tensors read only the rows that contain them. Past the matrix's end `into` is filled with
 * zeros.
 */
export const readPart = async (
  survey: Survey,
  index: number,
  spec: MatrixSpec,
  start: number,
  length: number,
  into: Float64Array,
): Promise<void> => {
  const available = Math.max(0, Math.min(length, spec.rows * spec.columns - start));
  into.fill(0, available, length);
  if (available === 0) return;
  const checkpoint = await survey.pool.get(index);
  if (spec.range === undefined) {
    await checkpoint.read(spec.tensor, start, available, into);
    return;
  }
  const columnsOfTensor = tensorColumns(spec, survey.tensorNamed.get(spec.tensor)!.shape);
  const [left] = spec.range.columns;
  let position = start;
  let written = 0;
  while (written < available) {
    const row = Math.floor(position / spec.columns);
    const column = position % spec.columns;
    const { tensorRow, rowsLeft } = locate(spec, row);
    const isWholeRows = spec.columns === columnsOfTensor;
    const count = Math.min(available - written, (isWholeRows ? rowsLeft : 1) * spec.columns - column);
    const from = tensorRow * columnsOfTensor + left + column;
    await checkpoint.read(spec.tensor, from, count, into.subarray(written, written + count));
    position += count;
    written += count;
  }
};

/** The tensor's row of a part's row, and the number of contiguous part rows from it on. */
const locate = (spec: MatrixSpec, row: number): { tensorRow: number; rowsLeft: number } => {
  let before = 0;
  for (const [start, end] of spec.range!.rows) {
    if (row < before + end - start) {
      const tensorRow = start + row - before;
      return { tensorRow, rowsLeft: end - tensorRow };
    }
    before += end - start;
  }
  throw new RangeError(`Row ${row} is outside of ${spec.group}.`);
};
