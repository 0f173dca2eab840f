import { statistic } from './statistic.js';

/** Ranks. Invariant under scaling; undefined for a zero matrix. */
export const ranks = [
  /** Rudelson and Vershynin 2007. */
  statistic({
    key: 'stableRank',
    label: 'stable rank',
    short: 'stable',
    formula: '‖W‖²_F ⁄ ‖W‖²₂',
    isScaleFree: true,
    format: 'rank',
    tables: ['terminal', 'overview', 'hover'],
    value: ({ largest, sumOfSquares }) => (largest > 0 ? sumOfSquares : undefined),
  }),
  /** Roy and Vetterli 2007: of the singular values, not of their squares. */
  statistic({
    key: 'effectiveRank',
    label: 'effective rank',
    short: 'effective',
    formula: 'exp(−Σ pᵢ ln pᵢ), pᵢ = σᵢ ⁄ Σσ',
    isScaleFree: true,
    format: 'rank',
    tables: ['terminal', 'overview', 'hover'],
    value: ({ largest, scaled, sum }) =>
      largest > 0 ? Math.exp(entropy(scaled.map((value) => value / sum))) : undefined,
  }),
  statistic({
    key: 'rank90',
    label: 'rank for 90% of the energy',
    short: 'rank90',
    formula: 'min r: Σᵢ≤ᵣ σᵢ² ≥ 0.9 Σσ²',
    isScaleFree: true,
    format: 'count',
    tables: ['terminal'],
    value: ({ largest, scaled }) => (largest > 0 ? rankForShare(scaled, 0.9) : undefined),
  }),
  statistic({
    key: 'rank99',
    label: 'rank for 99% of the energy',
    short: 'rank99',
    formula: 'min r: Σᵢ≤ᵣ σᵢ² ≥ 0.99 Σσ²',
    isScaleFree: true,
    format: 'count',
    tables: [],
    value: ({ largest, scaled }) => (largest > 0 ? rankForShare(scaled, 0.99) : undefined),
  }),
  /** The rank that single precision resolves: singular values below the threshold are rounding error. */
  statistic({
    key: 'hardRank',
    label: 'hard rank',
    short: 'hard',
    formula: '#{i: σᵢ > σ₁ max(m, n) 2⁻²³}',
    note: 'The threshold of NumPy’s matrix_rank for single precision, in which weights are stored.',
    isScaleFree: true,
    format: 'count',
    tables: [],
    value: ({ largest, scaled, rows, columns }) =>
      largest > 0 ? scaled.filter((value) => value > Math.max(rows, columns) * 2 ** -23).length : undefined,
  }),
  statistic({
    key: 'spectralEntropy',
    label: 'entropy of the energy',
    short: 'entropy',
    formula: '−Σ pᵢ ln pᵢ ⁄ ln min(m, n), pᵢ = σᵢ² ⁄ Σσ²',
    note: 'From 0 for rank one to 1 for equal singular values. WeightWatcher’s entropy divides by ln of the hard rank.',
    isScaleFree: true,
    format: 'number',
    tables: [],
    value: ({ largest, scaled, sumOfSquares, rows, columns }) =>
      largest > 0 && Math.min(rows, columns) > 1
        ? entropy(scaled.map((value) => (value * value) / sumOfSquares)) / Math.log(Math.min(rows, columns))
        : undefined,
  }),
];

/** −Σ p ln p of fractions that sum to 1, in nats; 0 ln 0 = 0. */
export const entropy = (fractions: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < fractions.length; i++) {
    const fraction = fractions[i]!;
    if (fraction > 0) total -= fraction * Math.log(fraction);
  }
  return total;
};

/** Between the largest measured rank that does not reach the target and the smallest that does. */
export interface RankRange {
  /** One above the largest measured rank that does not reach it; 1 if there is none. */
  readonly from: number;
  /** The smallest measured rank that reaches it. */
  readonly to: number;
}

/** A rank that is known exactly. */
export const exactly = (rank: number | undefined): RankRange | undefined =>
  rank === undefined ? undefined : { from: rank, to: rank };

/**
 * The bounds of the rank at which a ladder first reaches a target; undefined if no rank of it does. The target
 * may be reached between two rungs: from = to only if they are adjacent.
 *
 * @param reaches undefined for points without the number in question; they are skipped.
 */
export const rankRange = <Point extends { readonly rank: number }>(
  points: readonly Point[],
  reaches: (point: Point) => boolean | undefined,
): RankRange | undefined => {
  let below = 0;
  for (const point of [...points].sort((a, b) => a.rank - b.rank)) {
    const reached = reaches(point);
    if (reached === true) return { from: below + 1, to: point.rank };
    if (reached === false) below = point.rank;
  }
  return undefined;
};

/** Smallest r with Σ_{i≤r}σ² ≥ share · Σσ². `singularValues`: descending, not all zero. */
export const rankForShare = (singularValues: ArrayLike<number>, share: number): number => {
  const squares = Float64Array.from(singularValues, (value) => value * value);
  const wanted = share * squares.reduce((sum, square) => sum + square, 0);
  let kept = 0;
  for (let rank = 1; rank <= squares.length; rank++) {
    kept += squares[rank - 1]!;
    if (kept >= wanted) return rank;
  }
  return squares.length;
};
