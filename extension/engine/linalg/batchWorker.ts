/** A job: matrices that lie one after the other, each rows × columns with rows ≥ columns and the largest element near 1. */
export interface BatchJob {
  readonly sizes: readonly { readonly rows: number; readonly columns: number }[];
  readonly data: Float64Array;
}

/** Absolute values of all matrices one after the other, each matrix's in descending order. */
export interface BatchAnswer {
  readonly values: Float64Array;
  /** Values that the iteration did not reach; 0 unless something is wrong. */
  readonly missing: number;
}

/**
 * A worker's whole program, as text: it needs no file beside the bundle. It gets the compiled kernels as its data, and
 * answers each {@link BatchJob} by a {@link BatchAnswer}. Same steps as `oneStage` of singularValues.ts.
 */
export const batchWorkerSource = `
const { parentPort, workerData } = require('node:worker_threads');
const memory = new WebAssembly.Memory({ initial: 1 });
const kernels = new WebAssembly.Instance(new WebAssembly.Module(workerData), { env: { memory } }).exports;
parentPort.on('message', ({ sizes, data }) => {
  let numbers = 0;
  let total = 0;
  for (const { rows: m, columns: n } of sizes) {
    numbers = Math.max(numbers, 2 * m * n + n * n + 5 * n + 16);
    total += n;
  }
  const missingPages = Math.ceil((1024 + 8 * numbers - memory.buffer.byteLength) / 65536);
  if (missingPages > 0) memory.grow(missingPages);
  const heap = new Float64Array(memory.buffer);
  const values = new Float64Array(total);
  let from = 0;
  let to = 0;
  let missing = 0;
  for (const { rows: m, columns: n } of sizes) {
    let next = 1024;
    const take = (length) => {
      const at = next;
      next += 8 * length;
      return at;
    };
    const a = take(m * n), us = take(m * n), vs = take(n * n);
    const d = take(n), e = take(n), tausU = take(n), tausV = take(n), work = take(n);
    heap.set(data.subarray(from, from + m * n), a / 8);
    kernels.bidiagonalise(a, m, n, d, e, us, vs, tausU, tausV, work);
    missing += kernels.bidiagonalValues(d, e, n);
    values.set(heap.slice(d / 8, d / 8 + n).map(Math.abs).sort().reverse(), to);
    from += m * n;
    to += n;
  }
  parentPort.postMessage({ values, missing }, [values.buffer]);
});
`;
