import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';
import { onThread, threadCount } from './threads/threads.js';

/** A job's share: about 20 ms of work, so that cancelling is quick and the cores finish together. */
const JOB_WORK = 5e7;

/**
 * Descending singular values of many small matrices, each with rows ≥ columns, scaled so that the largest element is
 * near 1; one thread a core. @throws GeometryError `cancelled`, `internal`.
 */
export const batchValues = async (
  matrices: readonly Matrix[],
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> => {
  const results: Float64Array[] = [];
  let next = 0;
  const share = async (): Promise<void> => {
    while (next < matrices.length) {
      if (signal?.aborted === true) throw new GeometryError('cancelled', 'The computation was cancelled.');
      const first = next;
      let length = 0;
      for (let work = 0; next < matrices.length && work < JOB_WORK; next++) {
        const { rows, columns } = matrices[next]!;
        length += rows * columns;
        work += 4 * rows * columns * columns;
      }
      const chosen = matrices.slice(first, next);
      const data = new Float64Array(length);
      let at = 0;
      for (const matrix of chosen) {
        data.set(matrix.data, at);
        at += matrix.data.length;
      }
      const sizes = chosen.map(({ rows, columns }) => ({ rows, columns }));
      const values = await onThread('batchValues', { sizes, data }, [data.buffer]);
      let from = 0;
      chosen.forEach(({ columns }, i) => {
        results[first + i] = values.slice(from, from + columns);
        from += columns;
      });
    }
  };
  // Every share ends before the first failure is told, so that no thread still works for a batch that has failed.
  const ends = await Promise.allSettled(Array.from({ length: threadCount }, share));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
};
