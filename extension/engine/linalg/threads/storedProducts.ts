import { readSync } from 'node:fs';
import { withWorkspace } from '../kernels.js';

/** Little-endian float32 that lie in a file one after the other. */
export interface StoredRow {
  /** Open for the whole process until the answer has come. */
  readonly descriptor: number;
  /** Byte of the first number. */
  readonly at: number;
}

/** The same `length` numbers of θ_0, θ_1, …, at least two. */
export interface StoredJob {
  readonly rows: readonly StoredRow[];
  readonly length: number;
}

export interface StoredAnswer {
  /** T + 1 rounded up to a multiple of four, squared: products of the rows θ_t − θ_0, and last of −θ_0; the lower triangle. */
  readonly sums: Float64Array;
  /** Of the last row. */
  readonly moments: { readonly sum: number; readonly sumOfSquares: number };
}

/** Numbers that the kernel takes at a time: 20 rows of them stay in the first-level cache. */
const TILE = 128;
/** Numbers of all rows that are read before they are multiplied: they stay in the second-level cache (1 MB). */
const READ = 1 << 18;
const MOST_OF_ROW = 1 << 14;

/** Undefined where a file ends early or cannot be read: who reads it otherwise says why. */
export const storedProducts = async ({ rows, length }: StoredJob) => {
  const padded = roundedUp(rows.length);
  const chunk = Math.max(TILE, Math.min(MOST_OF_ROW, 4 * Math.floor(READ / rows.length / 4)));
  const numbers = (rows.length * chunk) / 2 + (padded + 1) * TILE + padded * padded + 2;
  const answer = await withWorkspace(4, numbers, ({ kernels, allocate }): StoredAnswer | undefined => {
    const [stored, work] = [allocate((rows.length * chunk) / 2), allocate((padded + 1) * TILE)];
    const [sums, moments] = [allocate(padded * padded), allocate(2)];
    const bytes = new Uint8Array(stored.data.buffer, stored.address, stored.data.byteLength);
    for (let from = 0; from < length; from += chunk) {
      const count = Math.min(chunk, length - from);
      const whole = roundedUp(count);
      for (const [t, { descriptor, at }] of rows.entries()) {
        const begin = t * 4 * chunk;
        bytes.fill(0, begin + count * 4, begin + whole * 4);
        if (!filled(descriptor, bytes.subarray(begin, begin + count * 4), at + from * 4)) return undefined;
      }
      kernels.addStoredProducts(
        ...([stored.address, 4 * chunk, rows.length, whole, TILE] as const),
        ...([work.address, sums.address, moments.address] as const),
      );
    }
    const [sum, sumOfSquares] = moments.data;
    return { sums: behindZero(sums.data, rows.length), moments: { sum: sum!, sumOfSquares: sumOfSquares! } };
  });
  return { answer, transfer: answer ? [answer.sums.buffer] : [] };
};

const roundedUp = (count: number): number => 4 * Math.ceil(count / 4);

/** The products of `rows` rows with a row of zeros before them: θ_0 − θ_0. */
const behindZero = (sums: Float64Array, rows: number): Float64Array => {
  const [from, to] = [roundedUp(rows), roundedUp(rows + 1)];
  const target = new Float64Array(to * to);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) target[(i + 1) * to + j + 1] = sums[i * from + j]!;
  }
  return target;
};

/** Whether the file gave every byte. */
const filled = (descriptor: number, target: Uint8Array, at: number): boolean => {
  try {
    for (let done = 0; done < target.length;) {
      const read = readSync(descriptor, target, done, target.length - done, at + done);
      if (read === 0) return false;
      done += read;
    }
    return true;
  } catch {
    return false;
  }
};
