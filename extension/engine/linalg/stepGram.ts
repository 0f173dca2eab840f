import { zeros, type Matrix } from './matrix.js';
import { maxFloat32Terms, type StepAnswer, type StoredRow } from './threads/stepProducts.js';
import { onThread } from './threads/threads.js';

/** Multiplications that one thread gets at a time: some 20 ms. */
const JOB_PRODUCTS = 4e8;
const MOST_OF_ROW = 1 << 18;
const LEAST_OF_ROW = 1 << 12;

/** Squared lengths below are not certain to be free of what float32 cannot hold. */
const SMALLEST_SQUARE = 1e-26;

/** An odd number with many bits: numbers in another order are other numbers. */
const SPREAD = 0x9e3779b1;

/** A float32 rounds by this much at most, relatively. */
const ROUNDING = 2 ** -24;

/**
 * The Gram matrix of θ_t − θ_0 for T long rows that threads read from files, each number once. What is multiplied are the
 * steps s_t = θ_t − θ_{t−1}, as float32, so the error is small beside steps and not beside the way from the start;
 * sums of more than 64 products are float64. |ŝ_i·ŝ_j − s_i·s_j| ≤ {@link stepErrorBound}·Σ|s_i||s_j|, and over many
 * tiles rounding errors average out, to some 1e-6/√n for n numbers.
 */
export class StepGram {
  private readonly padded: number;
  private readonly sums: Float64Array;
  private readonly prints: Int32Array;
  private readonly moments = new Float64Array(2);
  /** Sums are added in the order in which they were asked for: the same rows give the same bits. */
  private added: Promise<boolean> = Promise.resolve(true);

  constructor(readonly rows: number) {
    this.padded = 4 * Math.ceil(rows / 4);
    this.sums = new Float64Array(this.padded * this.padded);
    this.prints = new Int32Array(4 * rows);
  }

  /** Adds `length` numbers of each row; whether all could be read so far. @throws GeometryError `internal`. */
  add(rows: readonly StoredRow[], length: number): Promise<boolean> {
    const answer = onThread('stepProducts', { rows, length }, []);
    const before = this.added;
    this.added = Promise.all([answer, before]).then(([found, isWhole]) => {
      if (found === undefined) return false;
      this.take(found);
      return isWhole;
    });
    // A failure is met where the result is asked for; until then it must not count as unhandled.
    this.added.catch(() => undefined);
    return this.added;
  }

  private take({ sums, prints, last }: StepAnswer): void {
    for (let i = 0; i < sums.length; i++) this.sums[i]! += sums[i]!;
    for (let i = 0; i < this.prints.length; i++)
      this.prints[i] = Math.imul(this.prints[i]!, SPREAD) + prints[i]!;
    this.moments[0]! += last[0]!;
    this.moments[1]! += last[1]!;
  }

  /**
   * The sums added so far. Undefined where a row could not be read, is not finite, or holds numbers whose
   * squares do not fit float32.
   */
  async result(): Promise<StepResult | undefined> {
    if (!(await this.added)) return undefined;
    const { rows, padded, sums } = this;
    const product = (i: number, j: number): number => sums[Math.max(i, j) * padded + Math.min(i, j)]!;
    for (let t = 0; t < rows; t++) {
      const square = product(t, t);
      if (!Number.isFinite(square)) return undefined;
      const isStill = square === 0 && (t === 0 ? this.isZero(t) : this.areEqual(t, t - 1));
      if (square < SMALLEST_SQUARE && !isStill) return undefined;
    }
    return {
      gram: this.fromStart(product),
      areEqual: (i, j) => this.areEqual(i, j),
      sum: this.moments[0]!,
      sumOfSquares: this.moments[1]!,
    };
  }

  private areEqual(i: number, j: number): boolean {
    return [0, 1, 2, 3].every((k) => this.prints[4 * i + k] === this.prints[4 * j + k]);
  }

  private isZero(t: number): boolean {
    return this.prints.subarray(4 * t, 4 * t + 4).every((print) => print === 0);
  }

  /** (T + 1)² products of θ_t − θ_0 and, last, of −θ_0, from those of the steps. */
  private fromStart(product: (i: number, j: number) => number): Matrix {
    const { rows } = this;
    const n = rows + 1;
    const { data } = zeros(n, n);
    for (let i = 1; i < rows; i++) {
      let ofStep = 0;
      for (let j = 1; j < rows; j++) {
        ofStep += product(i, j);
        data[i * n + j] = data[(i - 1) * n + j]! + ofStep;
      }
      data[i * n + rows] = data[rows * n + i] = data[(i - 1) * n + rows]! + product(i, 0);
    }
    data[n * n - 1] = product(0, 0);
    for (let i = 1; i < rows; i++) {
      // The same sums in another order; and a square that rounding has made negative is none.
      for (let j = 1; j < i; j++) data[i * n + j] = data[j * n + i]!;
      data[i * n + i] = Math.max(0, data[i * n + i]!);
    }
    for (let t = 1; t < rows; t++) this.asEarlier(data, n, t);
    return { rows: n, columns: n, data };
  }

  /** A checkpoint that is equal to an earlier one has its very products. */
  private asEarlier(data: Float64Array, n: number, t: number): void {
    let earlier = 0;
    while (earlier < t && !this.areEqual(t, earlier)) earlier++;
    if (earlier === t) return;
    for (let j = 0; j < n; j++) data[t * n + j] = data[earlier * n + j]!;
    for (let j = 0; j < n; j++) data[j * n + t] = data[j * n + earlier]!;
  }
}

export interface StepResult {
  /** (T + 1)²: products of the rows θ_t − θ_0, and last of −θ_0. */
  readonly gram: Matrix;
  /** Whether two rows hold the same numbers, by their hashes; certain where they do not. */
  readonly areEqual: (i: number, j: number) => boolean;
  /** Of the last row. */
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Error of a product of two steps, in units of Σ|s_i||s_j|: both differences, the product, and a sum of so many terms. */
export const stepErrorBound = (() => {
  const roundings = (maxFloat32Terms + 3) * ROUNDING;
  return roundings / (1 - roundings);
})();

/** Numbers of each of `rows` rows that a thread should get at a time. */
export const stepJobLength = (rows: number): number =>
  Math.max(LEAST_OF_ROW, Math.min(MOST_OF_ROW, 8 * Math.floor(JOB_PRODUCTS / (rows * rows) / 8)));
