import type { Matrix } from './matrix.js';
import type { StoredAnswer, StoredRow } from './threads/storedProducts.js';
import { onThread } from './threads/threads.js';

/** Multiplications that one thread gets at a time: some 20 ms. */
const JOB_PRODUCTS = 1e8;
const MOST_OF_ROW = 1 << 18;
const LEAST_OF_ROW = 1 << 12;

/**
 * The Gram matrix of θ_t − θ_0 for T long rows θ_t that are read in pieces, each piece once: differences and sums in
 * float64, on threads of their own.
 */
export class DifferenceGram {
  private readonly sums: Float64Array;
  /** Rows as the kernel takes them: a multiple of four. */
  private readonly padded: number;
  /** Sums are added in the order in which they were asked for: the same rows give the same bits. */
  private added: Promise<unknown> = Promise.resolve();

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
    return this.inOrder(answer, ({ sums, rows: back }) => {
      this.take(sums);
      return back;
    });
  }

  /**
   * Adds the products over `length` numbers of all rows but the last, which threads read from files, and with −θ_0 as the
   * last row. The files must be open until the promise is settled. Gives what is known of the last of the rows in files;
   * undefined where a file could not be read: the sums are then worth nothing. @throws GeometryError `internal`.
   */
  addStored(rows: readonly StoredRow[], length: number): Promise<StoredAnswer['moments'] | undefined> {
    return this.inOrder(onThread('storedProducts', { rows, length }, []), (answer) => {
      if (answer !== undefined) this.take(answer.sums);
      return answer?.moments;
    });
  }

  /** Settled after the thread's answer and all before it. */
  private inOrder<Answer, Result>(answer: Promise<Answer>, use: (answer: Answer) => Result): Promise<Result> {
    const before = this.added;
    const result = Promise.allSettled([before, answer]).then(async ([earlier]) => {
      if (earlier.status === 'rejected') throw earlier.reason;
      return use(await answer);
    });
    this.added = result;
    return result;
  }

  private take(sums: Float64Array): void {
    for (let i = 0; i < sums.length; i++) this.sums[i]! += sums[i]!;
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

/** Numbers of each of `rows` rows in files that a thread should get at a time. */
export const storedJobLength = (rows: number): number =>
  Math.max(LEAST_OF_ROW, Math.min(MOST_OF_ROW, 4 * Math.floor(JOB_PRODUCTS / (rows * rows) / 4)));
