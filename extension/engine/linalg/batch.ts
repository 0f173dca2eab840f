import { GeometryError } from '../../contract/errors.js';
import type { Matrix } from './matrix.js';
import { givesVectors } from './oneStage.js';
import type { Seeds } from './shuffledEntries.js';
import type { SideVectors } from './threads/leadingVectors.js';
import { onThread, threadCount } from './threads/threads.js';

/** A job's share: about 20 ms of work, so that cancelling is quick and the cores finish together. */
const JOB_WORK = 5e7;

interface Piece {
  readonly matrix: Matrix;
  /** Decompositions of a matrix of this size. */
  readonly times: number;
}

/** Jobs a core has or is about to get: as many as outlast the work of the thread that hands them out. */
const JOBS_OF_CORE = 4;

/**
 * Hands out pieces in the order given, some for each job, a few jobs a core at a time. `run` gets the index of the first,
 * the count and the numbers of all, one after the other. @throws GeometryError `cancelled`, and what `run` throws.
 */
const inShares = async (
  pieces: readonly Piece[],
  signal: AbortSignal | undefined,
  run: (first: number, count: number, data: Float64Array) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const share = async (): Promise<void> => {
    while (next < pieces.length) {
      if (signal?.aborted === true) throw new GeometryError('cancelled', 'The computation was cancelled.');
      const first = next;
      let length = 0;
      for (let work = 0; next < pieces.length && work < JOB_WORK; next++) {
        const { matrix, times } = pieces[next]!;
        const { rows, columns } = matrix;
        length += rows * columns;
        work += 4 * rows * columns * Math.min(rows, columns) * times;
      }
      const data = new Float64Array(length);
      let at = 0;
      for (const { matrix } of pieces.slice(first, next)) {
        data.set(matrix.data, at);
        at += matrix.data.length;
      }
      await run(first, next - first, data);
    }
  };
  // Every share ends before the first failure is told, so that no thread still works for a batch that has failed.
  const ends = await Promise.allSettled(Array.from({ length: JOBS_OF_CORE * threadCount }, share));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
};

/** The leading vectors of a matrix: rows × k and columns × k. */
export interface LeadingVectors {
  readonly left: Matrix;
  readonly right: Matrix;
}

const asMatrices = (
  { rows, columns }: Pick<Matrix, 'rows' | 'columns'>,
  k: number,
  found: SideVectors | undefined,
): LeadingVectors | undefined => {
  const width = Math.min(k, rows, columns);
  return (
    found && {
      left: { rows, columns: width, data: found.left },
      right: { rows: columns, columns: width, data: found.right },
    }
  );
};

/** What is wanted of a small matrix. */
export interface WantedValues {
  readonly matrix: Matrix;
  /** Of each reordering of its entries whose values are wanted too. */
  readonly shuffles: readonly Seeds[];
  /** How many leading vectors of the matrix itself; none when absent, nor where it is not reduced in one stage. */
  readonly leading?: number;
}

/** Descending singular values: of a matrix, then of each shuffle; vectors where they were wanted and are certain. */
export interface BatchedValues {
  readonly values: readonly Float64Array[];
  readonly leading: LeadingVectors | undefined;
}

/**
 * Singular values of many small finite matrices and of the shuffles of their entries, one thread a core.
 * @throws GeometryError `cancelled`, `internal`.
 */
export const batchValues = async (
  wanted: readonly WantedValues[],
  signal: AbortSignal | undefined,
): Promise<BatchedValues[]> => {
  const results: BatchedValues[] = [];
  const pieces = wanted.map(({ matrix, shuffles }) => ({ matrix, times: 1 + shuffles.length }));
  await inShares(pieces, signal, async (first, count, data) => {
    const chosen = wanted.slice(first, first + count);
    const matrices = chosen.map(({ matrix: { rows, columns }, shuffles, leading = 0 }) => ({
      ...{ rows, columns, shuffles },
      leading: givesVectors({ rows, columns }) ? leading : 0,
    }));
    const { values, vectors } = await onThread('batchValues', { matrices, data }, [
      data.buffer as ArrayBuffer,
    ]);
    let from = 0;
    matrices.forEach(({ rows, columns, shuffles, leading }, i) => {
      const length = Math.min(rows, columns);
      results[first + i] = {
        values: Array.from({ length: 1 + shuffles.length }, () => {
          from += length;
          return values.slice(from - length, from);
        }),
        leading: asMatrices({ rows, columns }, leading, vectors[i]),
      };
    });
  });
  return results;
};

/**
 * The leading k vectors of both sides of many small finite matrices, one thread a core; undefined where they are not
 * certain. @throws GeometryError `cancelled`, `internal`.
 */
export const batchLeadingVectors = async (
  matrices: readonly Matrix[],
  k: number,
  signal: AbortSignal | undefined,
): Promise<(LeadingVectors | undefined)[]> => {
  const results: (LeadingVectors | undefined)[] = [];
  const pieces = matrices.map((matrix) => ({ matrix, times: 1 }));
  await inShares(pieces, signal, async (first, count, data) => {
    const sizes = matrices.slice(first, first + count).map(({ rows, columns }) => ({ rows, columns }));
    const job = { matrices: sizes, k, data };
    const vectors = await onThread('leadingVectors', job, [data.buffer as ArrayBuffer]);
    sizes.forEach((size, i) => {
      results[first + i] = asMatrices(size, k, vectors[i]);
    });
  });
  return results;
};
