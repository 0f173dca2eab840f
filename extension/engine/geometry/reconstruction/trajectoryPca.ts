import type { TrajectoryPca } from '../trajectory.js';

/** Orthonormal components of checkpoint rows, and the final change's coordinates in them. */
export type ScoredComponents = Pick<TrajectoryPca, 'lastScores'> & {
  /** Per component: its coefficients in the checkpoint rows θ_t − θ_0. */
  readonly directions: readonly (readonly number[])[];
};

/**
 * Reconstruction from trajectory PCA (2602.18649 §2): rows are all parameters minus the first checkpoint's, without
 * centring and without the zero row; the change D = θ_T − θ_0 is replaced by Σ_{i≤k} (v_i · D) v_i.
 *
 * @param components the uncentred ones of all parameters: of the whole run, or of a part of it.
 * @returns the energy that component 1, 2, … adds: (v_i · D)².
 */
export const trajectoryEnergy = ({ lastScores }: Pick<ScoredComponents, 'lastScores'>): Float64Array =>
  lastScores.map((score) => score * score);

/** The reconstructed change at a rank as weights of the checkpoint rows: D_k = Σ_t weights[t] · (θ_t − θ_0). */
export const trajectoryMixing = ({ lastScores, directions }: ScoredComponents, rank: number): number[] => {
  const weights = new Array<number>(directions[0]?.length ?? 0).fill(0);
  for (let i = 0; i < Math.min(rank, directions.length); i++) {
    directions[i]!.forEach((weight, t) => (weights[t]! += lastScores[i]! * weight));
  }
  return weights;
};
