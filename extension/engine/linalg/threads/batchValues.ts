import { oneStage } from '../oneStage.js';

/** Matrices that lie one after the other, each rows × columns with rows ≥ columns and the largest element near 1. */
export interface BatchJob {
  readonly sizes: readonly { readonly rows: number; readonly columns: number }[];
  readonly data: Float64Array;
}

/** Singular values of all matrices one after the other, each matrix's in descending order. @throws GeometryError `internal`. */
export const batchValues = async ({ sizes, data }: BatchJob) => {
  const values = new Float64Array(sizes.reduce((total, { columns }) => total + columns, 0));
  let from = 0;
  let to = 0;
  for (const { rows, columns } of sizes) {
    const matrix = { rows, columns, data: data.subarray(from, from + rows * columns) };
    values.set(await oneStage(matrix), to);
    from += rows * columns;
    to += columns;
  }
  return { answer: values, transfer: [values.buffer] };
};
