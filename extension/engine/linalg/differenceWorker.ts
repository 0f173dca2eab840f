/** A block of T rows of which each is `length` numbers from the beginning of its buffer; the first is the reference. */
export interface DifferenceJob {
  readonly rows: readonly Float64Array[];
  readonly length: number;
}

/** The rows back, and the T × T inner products (T rounded up to a multiple of four), right in the lower triangle. */
export interface DifferenceAnswer extends Pick<DifferenceJob, 'rows'> {
  readonly sums: Float64Array;
}

/**
 * A worker's whole program, as text: it needs no file beside the bundle. It gets the compiled kernels as its data, and
 * answers each {@link DifferenceJob} by the inner products of the rows minus the first one, a {@link DifferenceAnswer}.
 * The block goes through the kernel's memory in chunks that stay in the cache (about 0.5 MB).
 */
export const differenceWorkerSource = `
const { parentPort, workerData } = require('node:worker_threads');
const memory = new WebAssembly.Memory({ initial: 32 });
const kernels = new WebAssembly.Instance(new WebAssembly.Module(workerData), { env: { memory } }).exports;
parentPort.on('message', ({ rows, length }) => {
  const groups = Math.ceil(rows.length / 4);
  const padded = 4 * groups;
  const chunk = Math.max(64, 2 * Math.floor(32768 / padded));
  const numbers = padded * (padded + chunk);
  const missing = Math.ceil((1024 + 8 * numbers - memory.buffer.byteLength) / 65536);
  if (missing > 0) memory.grow(missing);
  const sums = new Float64Array(memory.buffer, 1024, padded * padded).fill(0);
  const x = 1024 + 8 * padded * padded;
  for (let from = 0; from < length; from += chunk) {
    const count = Math.min(chunk, length - from);
    const even = count + (count % 2);
    const heap = new Float64Array(memory.buffer, x, padded * even);
    for (let row = 0; row < padded; row++) {
      if (row < rows.length) heap.set(rows[row].subarray(from, from + count), row * even);
      // Rows that are not there become zeros by subtracting the first from itself.
      else heap.copyWithin(row * even, 0, count);
      if (even > count) heap[row * even + count] = 0;
    }
    kernels.addDifferenceProducts(x, groups, even, 1024);
  }
  parentPort.postMessage({ rows, sums: sums.slice() }, rows.map(({ buffer }) => buffer));
});
`;
