/** Bins of a histogram at most; at least half as many are used unless all values are equal. */
const mostBins = 64;
/** A bin is at least 2⁻⁴⁰ of the largest value, so that the number of a bin is an exact integer. */
const finestBin = 40;

/** What the entries of a tensor are like, as far as they have been added. */
export interface Distribution {
  readonly elements: number;
  readonly zeros: number;
  readonly notANumber: number;
  readonly infinite: number;
  /** Of the finite values; absent where there are none. The variance is divided by their number. */
  readonly mean?: number;
  readonly sd?: number;
  readonly min?: number;
  readonly max?: number;
  readonly histogram?: { readonly start: number; readonly width: number; readonly counts: readonly number[] };
}

/**
 * Moments, extremes and histogram of numbers that come in pieces and are not kept. Moments of pieces are joined as Chan,
 * Golub and LeVeque (1983) do, so that a small spread about a large mean is not lost. Widths of bins are powers of two:
 * where a value lies beyond the bins, neighbours are joined, and every count stays exact.
 */
export class RunningDistribution {
  private elements = 0;
  private zeros = 0;
  private notANumber = 0;
  private infinite = 0;
  private finite = 0;
  private mean = 0;
  /** Σ(x − mean)². */
  private squares = 0;
  private min = Infinity;
  private max = -Infinity;
  /** Σx and Σx², which are not finite where a value is not. */
  private readonly sums = { sum: 0, sumOfSquares: 0 };
  private readonly bins = new GrowingBins();

  /** @param withHistogram none is kept otherwise. */
  constructor(private readonly withHistogram = true) {}

  add(values: Float64Array, length = values.length): void {
    this.elements += length;
    let [zeros, finite, sum, sumOfSquares, low, high] = [0, 0, 0, 0, Infinity, -Infinity];
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (value - value !== 0) {
        if (value === value) this.infinite++;
        else this.notANumber++;
        continue;
      }
      if (value === 0) zeros++;
      finite++;
      sum += value;
      sumOfSquares += value * value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.zeros += zeros;
    this.sums.sum += sum;
    this.sums.sumOfSquares += sumOfSquares;
    if (finite === 0) return;
    const mean = sum / finite;
    let squares = 0;
    for (let i = 0; i < length; i++) {
      const away = values[i]! - mean;
      if (away - away === 0) squares += away * away;
    }
    this.join(finite, mean, squares);
    this.min = Math.min(this.min, low);
    this.max = Math.max(this.max, high);
    if (this.withHistogram) this.bins.add(values, length, low, high);
  }

  /** Σx and Σx² of all values; undefined where one is not finite, or their sums are not. */
  finiteSums(): { sum: number; sumOfSquares: number } | undefined {
    const { sum, sumOfSquares } = this.sums;
    const isFinite = this.finite === this.elements && Number.isFinite(sumOfSquares);
    return isFinite ? { sum, sumOfSquares } : undefined;
  }

  result(): Distribution {
    const { elements, zeros, notANumber, infinite, finite, mean, squares, min, max } = this;
    const counts = { elements, zeros, notANumber, infinite };
    if (finite === 0) return counts;
    const sd = Math.sqrt(squares / finite);
    return {
      ...counts,
      // Sums of huge values leave the range of numbers.
      ...(Number.isFinite(mean) ? { mean } : {}),
      ...(Number.isFinite(sd) ? { sd } : {}),
      ...{ min, max },
      ...(this.withHistogram ? { histogram: this.bins.result() } : {}),
    };
  }

  private join(count: number, mean: number, squares: number): void {
    const all = this.finite + count;
    const away = mean - this.mean;
    this.mean += (away * count) / all;
    this.squares += squares + (away * away * this.finite * count) / all;
    this.finite = all;
  }
}

class GrowingBins {
  private width = 0;
  /** Number of the first bin: it begins at `first · width`. */
  private first = 0;
  private counts = new Float64Array(0);

  add(values: Float64Array, length: number, low: number, high: number): void {
    this.cover(low, high);
    const { width, first, counts } = this;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (value - value === 0) counts[Math.floor(value / width) - first]!++;
    }
  }

  result(): { start: number; width: number; counts: number[] } {
    return { start: this.first * this.width, width: this.width, counts: Array.from(this.counts) };
  }

  private cover(low: number, high: number): void {
    let width = Math.max(this.width, this.counts.length > 0 ? 0 : binFor(high / mostBins - low / mostBins));
    width = Math.max(width, binFor(Math.max(Math.abs(low), Math.abs(high)) * 2 ** -finestBin));
    const old = this.width;
    const oldCount = this.counts.length;
    const numberAt = (bin: number): number => Math.floor((bin * old) / width);
    const ends = (): [number, number] => {
      const mine = oldCount > 0 ? [numberAt(this.first), numberAt(this.first + oldCount - 1)] : [];
      const theirs = [Math.floor(low / width), Math.floor(high / width)];
      return [Math.min(...mine, ...theirs), Math.max(...mine, ...theirs)];
    };
    let [first, last] = ends();
    while (last - first >= mostBins) {
      width *= 2;
      [first, last] = ends();
    }
    if (width === old && first === this.first && last - first + 1 === oldCount) return;
    const counts = new Float64Array(last - first + 1);
    for (let i = 0; i < oldCount; i++) counts[numberAt(this.first + i) - first]! += this.counts[i]!;
    this.width = width;
    this.first = first;
    this.counts = counts;
  }
}

/** Below every difference of single-precision numbers, and far from where quotients of widths vanish. */
const smallestPower = -200;
/** The smallest power of two that is not below a width. */
const binFor = (width: number): number =>
  width > 0 ? 2 ** Math.max(smallestPower, Math.ceil(Math.log2(width))) : 2 ** smallestPower;
