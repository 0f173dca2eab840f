/**
 * Stretches of float64 that are used again: a fresh one of a megabyte costs its pages' first touch and a share of a garbage
 * collection, as much as filling it does.
 */
export class Scratch {
  #numbers = 0;
  readonly #idle: Float64Array[][] = [];
  readonly #whole = new WeakMap<Float64Array, Float64Array>();

  /** A stretch of `length` numbers with whatever was left in it. */
  take(length: number): Float64Array {
    const sizeClass = Math.max(SMALLEST, Math.ceil(Math.log2(length)));
    const whole = this.#idle[sizeClass]?.pop() ?? this.#fresh(2 ** sizeClass);
    const stretch = whole.subarray(0, length);
    this.#whole.set(stretch, whole);
    return stretch;
  }

  #fresh(length: number): Float64Array {
    this.#numbers += length;
    return new Float64Array(length);
  }

  /** Bytes of all stretches that were ever made. */
  get bytes(): number {
    return 8 * this.#numbers;
  }

  /** Gives stretches back; whoever took one does not touch it any more. Others' are left alone. */
  give(...stretches: readonly Float64Array[]): void {
    for (const stretch of stretches) {
      const whole = this.#whole.get(stretch);
      if (whole === undefined) continue;
      this.#whole.delete(stretch);
      (this.#idle[Math.log2(whole.length)] ??= []).push(whole);
    }
  }
}

/** Logarithm of the least length. */
const SMALLEST = 6;
/** What has grown beyond this is dropped with its call. */
const KEPT_BYTES = 64 * 2 ** 20;

const idle: Scratch[] = [];

/** Calls `work` with scratch of its own, also across awaits; stretches that it keeps are not given back. */
export const withScratch = async <Result>(work: (scratch: Scratch) => Promise<Result>): Promise<Result> => {
  const scratch = idle.pop() ?? new Scratch();
  const result = await work(scratch);
  if (scratch.bytes <= KEPT_BYTES) idle.push(scratch);
  return result;
};
