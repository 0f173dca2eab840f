import { entropy, rankForShare } from '../../../contract/statistics/ranks.js';

/** How well a change is rebuilt at one rank. */
export interface ReconstructionPoint {
  readonly rank: number;
  /** Share of squared singular values kept (trajectory PCA: of the squared length of the last row). */
  readonly energy: number;
  /** ‖reconstructed change − change‖_F / ‖change‖_F. */
  readonly relativeError: number;
}

/** The energy curve of one method. */
export interface ReconstructionCurve {
  readonly fullRank: number;
  readonly points: readonly ReconstructionPoint[];
  /** Energy kept at every rank; absent for a change of zero length. */
  readonly energies?: readonly number[];
  /** Absent for a change of zero length. */
  readonly rank90?: number;
  readonly rank99?: number;
  /** Entropy of the energy per rank over ln(full rank): 1 for a flat spectrum (2602.18649, Table 3). */
  readonly spectralEntropy?: number;
}

/**
 * The curve from the energy that each rank adds (squared singular values, summed over the matrices rebuilt together).
 * Where the parts kept and left out are orthogonal the relative error is √(share left out); the joint method, which
 * drops what falls on padding, brings its own errors: one per rank.
 */
export const reconstructionCurve = (
  energyPerRank: ArrayLike<number>,
  ranks: readonly number[],
  relativeErrors?: readonly number[],
): ReconstructionCurve => {
  const fullRank = energyPerRank.length;
  const kept = new Float64Array(fullRank + 1);
  const left = new Float64Array(fullRank + 1);
  for (let i = 0; i < fullRank; i++) kept[i + 1] = kept[i]! + energyPerRank[i]!;
  // Summed from the tail: a difference from the whole would lose the small errors.
  for (let i = fullRank - 1; i >= 0; i--) left[i] = left[i + 1]! + energyPerRank[i]!;
  const total = left[0]!;
  const points = ranks.map((rank, i) => ({
    rank,
    energy: total > 0 ? Math.min(1, kept[rank]! / (kept[rank]! + left[rank]!)) : 1,
    relativeError: relativeErrors?.[i] ?? (total > 0 ? Math.sqrt(left[rank]! / total) : 0),
  }));
  if (total === 0) return { fullRank, points };
  const lengths = Array.from(energyPerRank, Math.sqrt);
  const shares = Array.from(energyPerRank, (value) => value / total);
  return {
    fullRank,
    points,
    energies: energiesOf(energyPerRank),
    rank90: rankForShare(lengths, 0.9),
    rank99: rankForShare(lengths, 0.99),
    ...(fullRank > 1 ? { spectralEntropy: entropy(shares) / Math.log(fullRank) } : {}),
  };
};

/** Share of the whole that ranks 1, 2, … keep. `energyPerRank` is not all zero. */
export const energiesOf = (energyPerRank: ArrayLike<number>): number[] => {
  const total = Array.from(energyPerRank).reduce((sum, value) => sum + value, 0);
  let kept = 0;
  return Array.from(energyPerRank, (value) => Math.min(1, (kept += value) / total));
};
