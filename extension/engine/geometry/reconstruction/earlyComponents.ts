import type { Matrix } from '../../linalg/matrix.js';
import { zeros } from '../../linalg/matrix.js';
import { trajectoryPca } from '../trajectory.js';

/** Components of the beginning of a trajectory, held against its end. */
export interface EarlyComponents {
  /** (v_i · D)² per component, D = θ_T − θ_0 the whole run's change. */
  readonly energy: Float64Array;
  /** v_i · D. */
  readonly scores: Float64Array;
  /** Per component: its coefficients in all checkpoint rows, zero after the beginning. */
  readonly directions: readonly (readonly number[])[];
}

/**
 * Uncentred PCA of the first `count` checkpoints only, and the end point's coordinates in it. The components of a whole
 * trajectory contain its end point by construction; these do not, so what they rebuild was there early.
 *
 * @param gram T × T inner products of the rows θ_t − θ_0; `count` from 2 to T.
 */
export const earlyComponents = async (gram: Matrix, count: number): Promise<EarlyComponents> => {
  const all = gram.rows;
  const early = zeros(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) early.data[i * count + j] = gram.data[i * all + j]!;
  }
  const { directions } = await trajectoryPca(early, false);
  const scores = Float64Array.from(directions, (direction) =>
    direction.reduce((sum, weight, t) => sum + weight * gram.data[t * all + all - 1]!, 0),
  );
  return {
    scores,
    energy: scores.map((score) => score * score),
    directions: directions.map((direction) => [...direction, ...new Array<number>(all - count).fill(0)]),
  };
};

/** Σ_{i≤rank} (v_i · D) v_i as weights of the checkpoint rows. */
export const earlyMixing = ({ scores, directions }: EarlyComponents, rank: number): number[] => {
  const weights = new Array<number>(directions[0]?.length ?? 0).fill(0);
  for (let i = 0; i < Math.min(rank, directions.length); i++) {
    directions[i]!.forEach((weight, t) => (weights[t]! += scores[i]! * weight));
  }
  return weights;
};
