import { transpose, type Matrix } from '../matrix.js';
import { oneStage } from '../oneStage.js';
import { scaled } from '../scaling.js';
import { shuffledEntries, type Seeds } from '../shuffledEntries.js';

/** Matrices that lie one after the other, each with the seeds of the shuffles of its entries. */
export interface ValuesJob {
  readonly matrices: readonly {
    readonly rows: number;
    readonly columns: number;
    readonly shuffles: readonly Seeds[];
  }[];
  readonly data: Float64Array;
}

/** Tall or square, and scaled: what the reductions expect. */
export const prepared = (matrix: Matrix) => scaled(matrix.rows < matrix.columns ? transpose(matrix) : matrix);

const valuesOf = async (matrix: Matrix): Promise<Float64Array> => {
  const { matrix: ready, restore } = prepared(matrix);
  return restore(await oneStage(ready));
};

/**
 * The singular values of each matrix and of each of its shuffles, one after the other, in descending order.
 * @throws GeometryError `internal`.
 */
export const batchValues = async ({ matrices, data }: ValuesJob) => {
  const values = new Float64Array(
    matrices.reduce(
      (total, { rows, columns, shuffles }) => total + Math.min(rows, columns) * (1 + shuffles.length),
      0,
    ),
  );
  let from = 0;
  let to = 0;
  for (const { rows, columns, shuffles } of matrices) {
    const matrix = { rows, columns, data: data.subarray(from, from + rows * columns) };
    from += rows * columns;
    const put = (found: Float64Array): void => {
      values.set(found, to);
      to += found.length;
    };
    put(await valuesOf(matrix));
    for (const seeds of shuffles) put(await valuesOf(shuffledEntries(matrix, ...seeds)));
  }
  return { answer: values, transfer: [values.buffer] };
};
