import { leadingSolver } from '../leadingSolver.js';
import { oneStageFactors } from '../oneStage.js';
import { prepared } from './batchValues.js';

/** Matrices that lie one after the other, and how many leading vectors of each are wanted. */
export interface LeadingJob {
  readonly matrices: readonly { readonly rows: number; readonly columns: number }[];
  readonly k: number;
  readonly data: Float64Array;
}

/** The leading left (rows × k) and right (columns × k) vectors of each; none where they are not certain. */
export const leadingVectors = async ({ matrices, k, data }: LeadingJob) => {
  const answer: ({ readonly left: Float64Array; readonly right: Float64Array } | undefined)[] = [];
  let from = 0;
  for (const { rows, columns } of matrices) {
    const { matrix } = prepared({ rows, columns, data: data.subarray(from, from + rows * columns) });
    from += rows * columns;
    const factors = await oneStageFactors(matrix, leadingSolver(k));
    const wide = rows < columns;
    answer.push(
      factors && {
        left: (wide ? factors.v : factors.u).data,
        right: (wide ? factors.u : factors.v).data,
      },
    );
  }
  return { answer, transfer: answer.flatMap((one) => (one ? [one.left.buffer, one.right.buffer] : [])) };
};
