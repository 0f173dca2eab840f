/**
 * Rank statistics of a spectrum. Conventions, as names clash between tools: `spectralNorm` is σ₁ itself and not its
 * square; `stableRank` = ‖W‖_F²/‖W‖₂² (Rudelson and Vershynin 2007); `effectiveRank` = exp H(σ/Σσ), the entropy of
 * the values and not of their squares (Roy and Vetterli 2007); `rank90` = smallest r with Σ_{i≤r}σ² ≥ 0.9 Σσ².
 */
export interface RankStatistics {
  readonly spectralNorm: number;
  readonly frobeniusNorm: number;
  readonly nuclearNorm: number;
  /** Absent for a zero matrix, as is every ratio below. */
  readonly stableRank?: number;
  readonly effectiveRank?: number;
  readonly rank90?: number;
  readonly rank99?: number;
}

/** All statistics of one whole spectrum. `singularValues`: descending, not negative, finite. */
export const rankStatistics = (singularValues: ArrayLike<number>): RankStatistics => {
  const largest = singularValues.length === 0 ? 0 : singularValues[0]!;
  // Scaled by the largest value, so that neither tiny nor huge weights leave the range of squares.
  const scaled = Float64Array.from(singularValues, (value) => (largest > 0 ? value / largest : 0));
  const sum = sumAscending(scaled);
  const sumOfSquares = sumAscending(scaled.map((value) => value * value));
  const norms = {
    spectralNorm: largest,
    frobeniusNorm: largest * Math.sqrt(sumOfSquares),
    nuclearNorm: largest * sum,
  };
  if (largest === 0) return norms;
  return {
    ...norms,
    stableRank: sumOfSquares,
    effectiveRank: Math.exp(entropy(scaled.map((value) => value / sum))),
    rank90: rankForShare(scaled, 0.9),
    rank99: rankForShare(scaled, 0.99),
  };
};

/** −Σ p ln p of fractions that sum to 1, in nats; 0 ln 0 = 0. */
export const entropy = (fractions: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < fractions.length; i++) {
    const fraction = fractions[i]!;
    if (fraction > 0) total -= fraction * Math.log(fraction);
  }
  return total;
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

/** Small terms first, so that they are not lost. */
const sumAscending = (descending: Float64Array): number =>
  descending.reduceRight((sum, value) => sum + value, 0);
