import { readSync } from 'node:fs';
import { withWorkspace, type Block } from '../kernels.js';

/** Types of numbers that the kernel decodes, in its order, and the bytes of one. */
export const storedTypes = { float32: 4, bfloat16: 2, float16: 2 } as const;
export type StoredType = keyof typeof storedTypes;

/** Numbers of one row that lie in a file one after the other. */
export interface StoredRow {
  /** Open for the whole process. */
  readonly descriptor: number;
  /** Byte of the first number. */
  readonly at: number;
  readonly type: StoredType;
}

/** The same `length` numbers of T rows. */
export interface StepJob {
  readonly rows: readonly StoredRow[];
  readonly length: number;
}

export interface StepAnswer {
  /**
   * Inner products of −θ_0 (row 0) and the steps θ_t − θ_{t−1} (row t): T × T with T rounded up to a multiple of four,
   * right in the lower triangle.
   */
  readonly sums: Float64Array;
  /** A hash of each row in four numbers: rows of equal numbers have equal ones, zeros only zero. */
  readonly prints: Int32Array;
  /** Σx and Σx² of the last row. */
  readonly last: Float64Array;
}

/** Numbers whose products are added in float32, a quarter of them each: {@link maxFloat32Terms}. */
const TILE = 256;
/** Terms of the longest float32 sum. */
export const maxFloat32Terms = TILE / 4;
/** Numbers of all rows that are read before they are multiplied: they stay in the cache (2 MB). */
const READ = 1 << 19;
const MOST_OF_ROW = 1 << 14;

/** Undefined where a file ends early or cannot be read: who reads it otherwise says why. */
export const stepProducts = async ({ rows, length }: StepJob) => {
  const answer = await withWorkspace(6, numbersFor(rows.length), ({ kernels, allocate }) => {
    const groups = Math.ceil(rows.length / 4);
    const chunk = chunkOf(rows.length);
    const [stored, work] = [allocate((rows.length * chunk) / 2), allocate(((4 * groups + 1) * TILE) / 2)];
    const [types, prints] = [allocate(Math.ceil(rows.length / 2)), allocate(2 * rows.length)];
    const [sums, last] = [allocate(16 * groups * groups), allocate(2)];
    const bytes = bytesOf(stored);
    integersOf(types).set(rows.map(({ type }) => typeNames.indexOf(type)));
    for (let from = 0; from < length; from += chunk) {
      const count = Math.min(chunk, length - from);
      const padded = 8 * Math.ceil(count / 8);
      for (const [t, { descriptor, at, type }] of rows.entries()) {
        const width = storedTypes[type];
        const begin = t * 4 * chunk;
        bytes.fill(0, begin + count * width, begin + padded * width);
        if (!filled(descriptor, bytes.subarray(begin, begin + count * width), at + from * width))
          return undefined;
      }
      kernels.addStepProducts(
        ...([stored.address, 4 * chunk, types.address, rows.length, groups, padded, TILE] as const),
        ...([work.address, sums.address, prints.address, last.address] as const),
      );
    }
    return {
      sums: sums.data.slice(),
      prints: integersOf(prints).slice(),
      last: last.data.slice(),
    } satisfies StepAnswer;
  });
  return { answer, transfer: answer ? [answer.sums.buffer, answer.prints.buffer] : [] };
};

const typeNames = Object.keys(storedTypes);

const chunkOf = (rows: number): number =>
  Math.max(TILE, Math.min(MOST_OF_ROW, 8 * Math.floor(READ / rows / 8)));

const numbersFor = (rows: number): number => {
  const padded = 4 * Math.ceil(rows / 4);
  return (rows * chunkOf(rows)) / 2 + ((padded + 1) * TILE) / 2 + 3 * padded + padded * padded + 2;
};

const bytesOf = ({ address, data }: Block): Uint8Array =>
  new Uint8Array(data.buffer, address, data.byteLength);
const integersOf = ({ address, data }: Block): Int32Array =>
  new Int32Array(data.buffer, address, data.length * 2);

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
