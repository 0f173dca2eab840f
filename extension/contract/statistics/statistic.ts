/** The input of a statistic: one spectrum. */
export interface Spectrum {
  readonly rows: number;
  readonly columns: number;
  /** All min(m, n) singular values: descending, not negative, finite. */
  readonly values: Float64Array;
  /** σ₁; 0 for a zero matrix. */
  readonly largest: number;
  /** σᵢ/σ₁: squares of very small or large weights stay in range. Zeros for a zero matrix. */
  readonly scaled: Float64Array;
  /** Σσᵢ/σ₁ and Σ(σᵢ/σ₁)². */
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Marchenko–Pastur upper edge for the variance of the entries, if known. */
  readonly upperEdge?: number;
  /** Several matrices in one tensor, each with its own entry variance: no single bulk. */
  readonly hasNoBulk?: boolean;
  /**
   * Singular values of square windows that cover the matrix, pooled, over the largest, descending; present if
   * the analysis `farms` computed them.
   */
  readonly windows?: Float64Array;
}

/** Shown in compact tables, which have room for few statistics. The page of one spectrum lists all. */
export type StatisticTable = 'terminal' | 'overview' | 'hover';

/**
 * A number of a spectrum. Its key is its name in the report's `spectra`, in their `nulls` (mean and quantiles
 * over the shuffles), in `intervals` and in the cache.
 */
export interface Statistic<Key extends string = string> {
  readonly key: Key;
  /** English; translated where it is shown. */
  readonly label: string;
  /** Title of a narrow column. */
  readonly short: string;
  readonly formula: string;
  /** Synonyms, and where the number is not meaningful. English. */
  readonly note?: string;
  /** `rank`: two decimals; `count`: whole; `number`: significant digits. */
  readonly format: 'number' | 'rank' | 'count';
  readonly tables: readonly StatisticTable[];
  /** Depends on the set of entries only, not their order: the shuffled null equals the value. */
  readonly isKeptByShuffles?: true;
  /** Depends on the sizes and on σᵢ/σ₁ alone, so that c·W has the same value. */
  readonly isScaleFree?: true;
  /** Undefined if it does not exist: every ratio of a zero matrix. Non-finite values are left out. */
  readonly value: (spectrum: Spectrum) => number | undefined;
}

/** Preserves the key's literal type, from which the types of the report are derived. */
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

/** The spectrum of c·W, c > 0. Scale-free statistics are computed once for all that share their `scaled`. */
export const scaledSpectrum = (spectrum: Spectrum, c: number): Spectrum => ({
  ...spectrum,
  values: spectrum.values.map((value) => c * value),
  largest: c * spectrum.largest,
  ...(spectrum.upperEdge === undefined ? {} : { upperEdge: c * spectrum.upperEdge }),
});

/** Summed from the smallest, to keep precision. */
const sumAscending = (descending: Float64Array): number =>
  descending.reduceRight((sum, value) => sum + value, 0);
