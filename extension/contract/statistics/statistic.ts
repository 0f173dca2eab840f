/** A spectrum as statistics see it. */
export interface Spectrum {
  readonly rows: number;
  readonly columns: number;
  /** All min(m, n) singular values: descending, not negative, finite. */
  readonly values: Float64Array;
  /** σ₁; 0 for a zero matrix. */
  readonly largest: number;
  /** σᵢ/σ₁, so that neither tiny nor huge weights leave the range of squares; zeros for a zero matrix. */
  readonly scaled: Float64Array;
  /** Σσᵢ/σ₁ and Σ(σᵢ/σ₁)². */
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Marchenko–Pastur upper edge for the variance of the entries, where that is known. */
  readonly upperEdge?: number;
  /** Several matrices in one tensor, whose entries have variances of their own: there is no one bulk. */
  readonly hasNoBulk?: boolean;
  /**
   * Singular values of square windows that cover the matrix, all together, over the largest, descending: where the
   * analysis `farms` has computed them.
   */
  readonly windows?: Float64Array;
}

/** Compact tables, which have room for few statistics; the page of one spectrum lists all. */
export type StatisticTable = 'terminal' | 'overview' | 'hover';

/**
 * A number made of a spectrum. Its key is its name in the report's `spectra`, in their `nulls` (mean and quantiles of
 * the statistic over the shuffles), in `intervals` and in the cache.
 */
export interface Statistic<Key extends string = string> {
  readonly key: Key;
  /** English; translated where it is shown. */
  readonly label: string;
  /** Title of a narrow column. */
  readonly short: string;
  readonly formula: string;
  /** What the name means elsewhere, and where the number has no meaning. English. */
  readonly note?: string;
  /** `rank`: two decimals; `count`: whole; `number`: significant digits. */
  readonly format: 'number' | 'rank' | 'count';
  readonly tables: readonly StatisticTable[];
  /** A function of the entries alone, whatever their order: the shuffled null is the value itself. */
  readonly isKeptByShuffles?: true;
  /** Undefined where it does not exist: every ratio of a zero matrix. What is not finite is left out. */
  readonly value: (spectrum: Spectrum) => number | undefined;
}

/** Keeps the key's literal type, from which the types of the report follow. */
export const statistic = <const Key extends string>(row: Statistic<Key>): Statistic<Key> => row;

/** @param singularValues descending, not negative, finite. */
export const spectrumOf = (
  singularValues: ArrayLike<number>,
  size: {
    readonly rows: number;
    readonly columns: number;
    readonly upperEdge?: number;
    readonly hasNoBulk?: boolean;
    readonly windows?: Float64Array;
  },
): Spectrum => {
  const values = Float64Array.from(singularValues);
  const largest = values[0] ?? 0;
  const scaled = values.map((value) => (largest > 0 ? value / largest : 0));
  return {
    ...size,
    values,
    largest,
    scaled,
    sum: sumAscending(scaled),
    sumOfSquares: sumAscending(scaled.map((value) => value * value)),
  };
};

/** Small terms first, so that they are not lost. */
const sumAscending = (descending: Float64Array): number =>
  descending.reduceRight((sum, value) => sum + value, 0);
