import type { Matrix } from './matrix.js';
import { onThread } from './threads/threads.js';

/**
 * The Gram matrix of θ_t − θ_0 for T long rows θ_t that are read in pieces, each piece once: differences and sums in
 * float64, on threads of their own.
 */
export class DifferenceGram {
  private readonly sums: Float64Array;
  /** Rows as the kernel takes them: a multiple of four. */
  private readonly padded: number;
  /** Sums are added in the order in which they were asked for: the same rows give the same bits. */
  private added: Promise<readonly Float64Array[]> = Promise.resolve([]);

  constructor(readonly rows: number) {
    this.padded = 4 * Math.ceil(rows / 4);
    this.sums = new Float64Array(this.padded * this.padded);
  }

  /**
   * Adds the products over the first `length` numbers of each row. The rows, each with a buffer of its own, go to
   * another thread and are no longer the caller's; the promise gives them back. @throws GeometryError `internal`.
   */
  add(rows: readonly Float64Array[], length: number): Promise<readonly Float64Array[]> {
    const buffers = rows.map(({ buffer }) => buffer as ArrayBuffer);
    const answer = onThread('differenceProducts', { rows, length }, buffers);
    const before = this.added;
    this.added = Promise.all([answer, before]).then(([{ sums, rows: back }]) => {
      for (let i = 0; i < sums.length; i++) this.sums[i]! += sums[i]!;
      return back;
    });
    return this.added;
  }

  /** T × T, of all that was added so far; symmetric to the last bit. Not finite on the diagonal where a row is not. */
  result(): Matrix {
    const { rows, padded } = this;
    const data = new Float64Array(rows * rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        data[i * rows + j] = this.sums[Math.max(i, j) * padded + Math.min(i, j)]!;
      }
    }
    return { rows, columns: rows, data };
  }
}
