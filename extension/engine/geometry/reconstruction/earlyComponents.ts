import type { Matrix } from '../../linalg/matrix.js';
import { zeros } from '../../linalg/matrix.js';
import { trajectoryPca } from '../trajectory.js';
import type { ScoredComponents } from './trajectoryPca.js';

/**
 * Uncentred PCA of the first `count` checkpoints only, and the end point's coordinates v_i · D in it, D = θ_T − θ_0 the
 * whole run's change; their coefficients in the rows after the beginning are zero. The components of a whole trajectory
 * contain its end point by construction; these do not, so what they rebuild was there early.
 *
 * @param gram T × T inner products of the rows θ_t − θ_0; `count` from 2 to T.
 */
export const earlyComponents = async (gram: Matrix, count: number): Promise<ScoredComponents> => {
  const all = gram.rows;
  const early = zeros(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) early.data[i * count + j] = gram.data[i * all + j]!;
  }
  const { directions } = await trajectoryPca(early, false);
  return {
    lastScores: Float64Array.from(directions, (direction) =>
      direction.reduce((sum, weight, t) => sum + weight * gram.data[t * all + all - 1]!, 0),
    ),
    directions: directions.map((direction) => [...direction, ...new Array<number>(all - count).fill(0)]),
  };
};
