import { withWorkspace } from '../kernels.js';

/** A block of T rows of which each is `length` numbers from the beginning of its buffer; the first is the reference. */
export interface DifferenceJob {
  readonly rows: readonly Float64Array[];
  readonly length: number;
}

/** Numbers of the block that the kernel goes through at a time: they stay in the cache (about 0.5 MB). */
const CHUNK = 32768;

/**
 * Inner products of the rows minus the first one: T × T with T rounded up to a multiple of four, right in the lower
 * triangle. The rows are given back.
 */
export const differenceProducts = async ({ rows, length }: DifferenceJob) => {
  const groups = Math.ceil(rows.length / 4);
  const padded = 4 * groups;
  const chunk = Math.max(64, 2 * Math.floor(CHUNK / padded));
  const sums = await withWorkspace(2, padded * (padded + chunk), ({ kernels, allocate }) => {
    const products = allocate(padded * padded);
    const block = allocate(padded * chunk);
    for (let from = 0; from < length; from += chunk) {
      const count = Math.min(chunk, length - from);
      const even = count + (count % 2);
      const heap = block.data;
      for (let row = 0; row < padded; row++) {
        if (row < rows.length) heap.set(rows[row]!.subarray(from, from + count), row * even);
        // Rows that are not there become zeros by subtracting the first from itself.
        else heap.copyWithin(row * even, 0, count);
        if (even > count) heap[row * even + count] = 0;
      }
      kernels.addDifferenceProducts(block.address, groups, even, products.address);
    }
    return products.data.slice();
  });
  return { answer: { rows, sums }, transfer: rows.map(({ buffer }) => buffer) };
};
