/** Where a spectrum of updates breaks: the three definitions in use, as they disagree. */
export interface SpectralEdge {
  /** Counted from 1; absent where no pair of neighbours has a positive lower value. */
  readonly kStar: {
    /** argmax_j s_j/s_{j+1} over all j (spectral-edge thesis, 2603.28964). */
    readonly ratio?: number;
    /** The same for j ≤ 10. */
    readonly ratioUpTo10?: number;
    /** argmax_j (s_j/Σs)(s_j/s_{j+1}) for j ≤ 10 (code of 2604.06256 and 2602.18523). */
    readonly weighted?: number;
  };
  /** s_k/s_{k+1} at each of the three. */
  readonly gapRatio: { readonly ratio?: number; readonly ratioUpTo10?: number; readonly weighted?: number };
  readonly ratio12?: number;
  /** s₁ − s₂ and s₂ − s₃, and the same of squares (2602.16746 v3, table 3). */
  readonly g12?: number;
  readonly g23?: number;
  readonly g12Squared?: number;
  readonly g23Squared?: number;
}

const LAST_OF_CODE = 10;

/** The edge of descending singular values. */
export const spectralEdge = (values: readonly number[]): SpectralEdge => {
  const sum = values.reduce((total, value) => total + value, 0);
  const ratioAt = (j: number): number | undefined =>
    values[j]! > 0 ? values[j - 1]! / values[j]! : undefined;
  const weightedAt = (j: number): number | undefined => {
    const ratio = ratioAt(j);
    return ratio === undefined ? undefined : (values[j - 1]! / sum) * ratio;
  };
  const kStar = defined({
    ratio: largest(ratioAt, values.length - 1),
    ratioUpTo10: largest(ratioAt, Math.min(LAST_OF_CODE, values.length - 1)),
    weighted: largest(weightedAt, Math.min(LAST_OF_CODE, values.length - 1)),
  });
  const at = (k: number | undefined): number | undefined => (k === undefined ? undefined : ratioAt(k));
  const [s1, s2, s3] = values;
  const gap = (upper: number | undefined, lower: number | undefined, power: 1 | 2): number | undefined =>
    upper === undefined || lower === undefined ? undefined : upper ** power - lower ** power;
  return {
    kStar,
    gapRatio: defined({
      ratio: at(kStar.ratio),
      ratioUpTo10: at(kStar.ratioUpTo10),
      weighted: at(kStar.weighted),
    }),
    ...defined({
      ratio12: values.length > 1 ? ratioAt(1) : undefined,
      g12: gap(s1, s2, 1),
      g23: gap(s2, s3, 1),
      g12Squared: gap(s1, s2, 2),
      g23Squared: gap(s2, s3, 2),
    }),
  };
};

/** The j from 1 to `last` with the largest value; of equal ones the first. */
const largest = (valueAt: (j: number) => number | undefined, last: number): number | undefined => {
  let best: { j: number; value: number } | undefined;
  for (let j = 1; j <= last; j++) {
    const value = valueAt(j);
    if (value !== undefined && value > (best?.value ?? -Infinity)) best = { j, value };
  }
  return best?.j;
};

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const defined = <T extends Record<string, number | undefined>>(given: T): Defined<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;

/** How far a gap falls over a run. */
export interface GapDecline {
  /** Of the first window, which holds the run's first steps. */
  readonly early: number;
  /** Of the last window that ends no later than the grok step; of the last window where there is none. */
  readonly late: number;
  /** Early over late; absent where late is zero. */
  readonly factor?: number;
}

/**
 * The decline of g23 as in table 3 of 2602.16746 v3 and table 1 of 2604.06256: the first window's gap over the gap at
 * the grok step. Undefined where no window ends by then.
 */
export const gapDecline = (
  gaps: readonly { readonly lastStep: number; readonly gap: number }[],
  grokStep?: number,
): GapDecline | undefined => {
  const before = gaps.filter(({ lastStep }) => grokStep === undefined || lastStep <= grokStep);
  const [early, late] = [before[0], before.at(-1)];
  if (early === undefined || late === undefined) return undefined;
  return {
    early: early.gap,
    late: late.gap,
    ...(late.gap > 0 ? { factor: early.gap / late.gap } : {}),
  };
};
