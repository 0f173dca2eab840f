import type { Matrix } from '../matrix.js';
import { oneStage } from '../oneStage.js';
import { shuffledEntries, type Seeds } from '../shuffledEntries.js';
import { buffersOf, sideVectors, type SideVectors } from './leadingVectors.js';
import { prepared } from './prepared.js';

/** Matrices that lie one after the other, each with the seeds of the shuffles of its entries. */
export interface ValuesJob {
  readonly matrices: readonly {
    readonly rows: number;
    readonly columns: number;
    readonly shuffles: readonly Seeds[];
    /** How many leading vectors are wanted besides; 0 for none. */
    readonly leading: number;
  }[];
  readonly data: Float64Array;
}

const valuesOf = async (matrix: Matrix): Promise<Float64Array> => {
  const { matrix: ready, restore } = prepared(matrix);
  return restore(await oneStage(ready));
};

/**
 * The singular values of each matrix and of each of its shuffles, one after the other, in descending order; and the leading
 * vectors that are wanted, from the same reduction, where they are certain.
 * @throws GeometryError `internal`.
 */
export const batchValues = async ({ matrices, data }: ValuesJob) => {
  const values = new Float64Array(
    matrices.reduce(
      (total, { rows, columns, shuffles }) => total + Math.min(rows, columns) * (1 + shuffles.length),
      0,
    ),
  );
  const vectors: (SideVectors | undefined)[] = [];
  let from = 0;
  let to = 0;
  for (const { rows, columns, shuffles, leading } of matrices) {
    const matrix = { rows, columns, data: data.subarray(from, from + rows * columns) };
    from += rows * columns;
    const put = (found: Float64Array): void => {
      values.set(found, to);
      to += found.length;
    };
    if (leading === 0) put(await valuesOf(matrix));
    vectors.push(leading === 0 ? undefined : await sideVectors(matrix, leading, put));
    for (const seeds of shuffles) put(await valuesOf(shuffledEntries(matrix, ...seeds)));
  }
  return { answer: { values, vectors }, transfer: [values.buffer, ...buffersOf(vectors)] };
};
