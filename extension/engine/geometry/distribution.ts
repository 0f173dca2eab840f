import { BLOCK, summaryOf } from '../linalg/summary.js';
import { HistogramBins, type Bins } from './histogramBins.js';

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
  readonly histogram?: Bins;
}

/**
 * Moments, extremes and histogram of numbers that come in pieces and are not kept. Moments of pieces are joined as Chan,
 * Golub and LeVeque (1983) do, so that a small spread about a large mean is not lost.
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
  private readonly bins = new HistogramBins();

  /** @param withHistogram none is kept otherwise. */
  constructor(private readonly withHistogram = true) {}

  add(values: Float64Array, length = values.length): void {
    let [low, high] = [Infinity, -Infinity];
    for (let from = 0; from < length; from += BLOCK) {
      const block = values.subarray(from, Math.min(length, from + BLOCK));
      const { min, max } = this.addBlock(block);
      if (min < low) low = min;
      if (max > high) high = max;
    }
    this.elements += length;
    if (low > high) return;
    this.min = Math.min(this.min, low);
    this.max = Math.max(this.max, high);
    if (this.withHistogram) this.bins.add(values, length, low, high);
  }

  private addBlock(block: Float64Array): { min: number; max: number } {
    const { sum, sumOfSquares, zeros, min, max, squaresAboutMean } = summaryOf(block);
    this.sums.sum += sum;
    this.sums.sumOfSquares += sumOfSquares;
    // Squares of large finite values overflow too.
    if (!Number.isFinite(sumOfSquares)) return this.addNotFinite(block);
    this.zeros += zeros;
    this.join(block.length, sum / block.length, squaresAboutMean);
    return { min, max };
  }

  /** Counts what is not finite, and joins what is. */
  private addNotFinite(block: Float64Array): { min: number; max: number } {
    const finite = block.filter((value) => value - value === 0);
    for (const value of block) if (Number.isNaN(value)) this.notANumber++;
    for (const value of block) if (Math.abs(value) === Infinity) this.infinite++;
    const { sum, zeros, min, max, squaresAboutMean } = summaryOf(finite);
    this.zeros += zeros;
    if (finite.length > 0) this.join(finite.length, sum / finite.length, squaresAboutMean);
    return { min, max };
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
