import { tensorColumns, type MatrixSpec } from '../geometry/matrices.js';
import type { Survey } from './survey.js';

/** Writes a matrix's values, row-major, to their places in its tensor. */
export const scatterPart = (
  survey: Survey,
  spec: MatrixSpec,
  values: Float64Array,
  tensor: Float64Array,
): void => {
  if (spec.range === undefined) {
    tensor.set(values);
    return;
  }
  const columns = tensorColumns(spec, survey.tensorNamed.get(spec.tensor)!.shape);
  let row = 0;
  for (const [start, end] of spec.range.rows) {
    for (let tensorRow = start; tensorRow < end; tensorRow++, row++) {
      const slice = values.subarray(row * spec.columns, (row + 1) * spec.columns);
      tensor.set(slice, tensorRow * columns + spec.range.columns[0]);
    }
  }
};
