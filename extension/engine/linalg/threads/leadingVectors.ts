import { leadingSolver } from '../leadingSolver.js';
import type { Matrix } from '../matrix.js';
import { oneStageFactors } from '../oneStage.js';
import { prepared } from './prepared.js';

/** Matrices that lie one after the other, and how many leading vectors of each are wanted. */
export interface LeadingJob {
  readonly matrices: readonly { readonly rows: number; readonly columns: number }[];
  readonly k: number;
  readonly data: Float64Array;
}

/** The leading left (rows × k) and right (columns × k) vectors of a matrix. */
export interface SideVectors {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** Undefined where they are not certain. `onValues` gets all values, descending. */
export const sideVectors = async (
  matrix: Matrix,
  k: number,
  onValues?: (values: Float64Array) => void,
): Promise<SideVectors | undefined> => {
  const { matrix: ready, restore } = prepared(matrix);
  const solve = leadingSolver(k, onValues && ((values) => onValues(restore(values))));
  const factors = await oneStageFactors(ready, solve);
  if (factors === undefined) return undefined;
  const [left, right] =
    matrix.rows < matrix.columns ? [factors.v.data, factors.u.data] : [factors.u.data, factors.v.data];
  return { left, right };
};

export const buffersOf = (vectors: readonly (SideVectors | undefined)[]): ArrayBufferLike[] =>
  vectors.flatMap((one) => (one ? [one.left.buffer, one.right.buffer] : []));

/** The leading vectors of each; none where they are not certain. */
export const leadingVectors = async ({ matrices, k, data }: LeadingJob) => {
  const answer: (SideVectors | undefined)[] = [];
  let from = 0;
  for (const { rows, columns } of matrices) {
    answer.push(await sideVectors({ rows, columns, data: data.subarray(from, from + rows * columns) }, k));
    from += rows * columns;
  }
  return { answer, transfer: buffersOf(answer) };
};
