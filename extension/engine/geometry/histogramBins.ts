import { countInBins } from '../linalg/summary.js';

/** Most bins of a histogram; where values lie far from the bulk, fewer are used. */
const mostBins = 64;
/** Bins are kept finer than they are shown, as where the bulk of the values lies is known at the end only. */
const fineBins = 1024;
/** Fine bins that may lie away from the bulk, one by one. */
const mostApart = 1024;
/** Values of a piece by which its spread is judged. */
const sampled = 1024;
/** A bin is at least 2⁻⁴⁰ of the largest value, so that the number of a bin is an exact integer. */
const finestBin = 40;
/** Below every difference of single-precision numbers, and far from where quotients of widths vanish. */
const smallestPower = -200;
/** Tukey's outer fences lie so many interquartile ranges beyond the quartiles: 4.7 standard deviations of a normal. */
const fence = 3;
/** Shares between whose quantiles the bulk is measured: the quartiles, and others where more values are equal. */
const shares = [0.25, 0.1, 0.01, 0.001, 0] as const;

/** Counts of values in bins of one width, and of the values beyond the first and the last bin. */
export interface Bins {
  readonly start: number;
  readonly width: number;
  readonly counts: readonly number[];
  readonly below?: number;
  readonly above?: number;
}

/**
 * A histogram of numbers that come in pieces and are not kept. The bins span Tukey's outer fences, where the values reach
 * so far: a few far values neither widen the bins nor get lost, their number is kept. Widths are powers of two, so that
 * bins can be joined while every count stays exact.
 */
export class HistogramBins {
  private width = 0;
  /** Number of the first fine bin: it begins at `first · width`. */
  private first = 0;
  private readonly counts = new Float64Array(fineBins);
  /** Counts by the number of the bin, of bins outside of those in a row. */
  private readonly apart = new Map<number, number>();

  /** @param low, high the extremes of the finite values among the first `length`. */
  add(values: Float64Array, length: number, low: number, high: number): void {
    this.fit(values, length, low, high);
    const { first, counts, apart } = this;
    // Exact, as a width is a power of two.
    const perWidth = 1 / this.width;
    countInBins(values.subarray(0, length), perWidth, first, counts, (value) => {
      const bin = Math.floor(value * perWidth);
      if (bin - bin === 0) apart.set(bin, (apart.get(bin) ?? 0) + 1);
    });
    while (this.apart.size > mostApart) this.widen(2 * this.width);
  }

  result(): Bins {
    const bins = this.entries();
    const total = bins.reduce((sum, [, count]) => sum + count, 0);
    const [low, high] = fencesOf(bins, total);
    const within = bins.filter(([bin]) => bin >= low && bin <= high);
    const [from, to] = [within[0]![0], within.at(-1)![0]];
    let joined = 1;
    while (Math.floor(to / joined) - Math.floor(from / joined) >= mostBins) joined *= 2;
    const begin = Math.floor(from / joined);
    const counts = new Array<number>(Math.floor(to / joined) - begin + 1).fill(0);
    let [below, above] = [0, 0];
    // A fine bin beyond the fences may lie in the outermost bin that is shown.
    for (const [bin, count] of bins) {
      const place = Math.floor(bin / joined) - begin;
      if (place < 0) below += count;
      else if (place >= counts.length) above += count;
      else counts[place]! += count;
    }
    return {
      // A bin that begins below the range of float64 begins at its end.
      ...{
        start: Math.max(-Number.MAX_VALUE, begin * joined * this.width),
        width: joined * this.width,
        counts,
      },
      ...(below > 0 ? { below } : {}),
      ...(above > 0 ? { above } : {}),
    };
  }

  /** Bins that hold values, ascending. */
  private entries(): [number, number][] {
    const all: [number, number][] = [...this.apart];
    this.counts.forEach((count, place) => {
      if (count > 0) all.push([this.first + place, count]);
    });
    return all.sort(([a], [b]) => a - b);
  }

  /** Bins that are wide enough for the bulk of a piece and for the size of its largest value. */
  private fit(values: Float64Array, length: number, low: number, high: number): void {
    const stride = Math.max(1, Math.floor(length / sampled));
    const taken = new Float64Array(Math.ceil(length / stride));
    let finite = 0;
    for (let i = 0; i < length; i += stride) if (values[i]! - values[i]! === 0) taken[finite++] = values[i]!;
    const sample = taken.subarray(0, finite).sort();
    const at = (share: number): number => sample[Math.floor(share * (sample.length - 1))] ?? low;
    const bulk = at(0.99) / fineBins - at(0.01) / fineBins;
    const width = Math.max(
      binFor(3 * (bulk > 0 ? bulk : high / fineBins - low / fineBins)),
      binFor(Math.max(Math.abs(low), Math.abs(high)) * 2 ** -finestBin),
    );
    if (width > this.width) this.widen(width, at(0.5));
  }

  /** Joins bins, and lays those in a row about the middle of all values, or of the first ones. */
  private widen(width: number, middle = 0): void {
    const old = this.entries();
    const joined = width / this.width;
    this.counts.fill(0);
    this.apart.clear();
    const half = old.reduce((sum, [, count]) => sum + count, 0) / 2;
    let passed = 0;
    const median = old.find(([, count]) => (passed += count) >= half);
    const centre = median === undefined ? Math.floor(middle / width) : Math.floor(median[0] / joined);
    this.width = width;
    this.first = centre - fineBins / 2;
    for (const [bin, count] of old) {
      const to = Math.floor(bin / joined);
      const place = to - this.first;
      if (place >= 0 && place < fineBins) this.counts[place]! += count;
      else this.apart.set(to, (this.apart.get(to) ?? 0) + count);
    }
  }
}

/** Numbers of the bins between which the bulk lies, from counts that ascend by the number of the bin. */
const fencesOf = (bins: readonly (readonly [number, number])[], total: number): [number, number] => {
  const quantile = (share: number): number => {
    let passed = 0;
    return bins.find(([, count]) => (passed += count) >= share * total)?.[0] ?? bins.at(-1)![0];
  };
  for (const share of shares) {
    const [lower, upper] = [quantile(share), quantile(1 - share)];
    if (upper > lower) return [lower - fence * (upper - lower), upper + fence * (upper - lower)];
  }
  return [-Infinity, Infinity];
};

/** The smallest power of two that is not below a width. */
const binFor = (width: number): number =>
  width > 0 ? 2 ** Math.max(smallestPower, Math.ceil(Math.log2(width))) : 2 ** smallestPower;
