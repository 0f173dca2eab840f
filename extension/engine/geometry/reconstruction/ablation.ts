import type { TrajectoryPca } from '../trajectory.js';

/**
 * The final change without one component (2602.18649 §3.4): D − (v_i · D) v_i as weights of the checkpoint rows, so that
 * θ_0 + Σ_t weights[t] · (θ_t − θ_0) are the weights with component `component` (0 is the first) taken out.
 *
 * @param pca the uncentred one of all parameters.
 */
export const ablationMixing = ({ lastScores, directions }: TrajectoryPca, component: number): number[] => {
  const direction = directions[component]!;
  const score = lastScores[component]!;
  return direction.map((weight, t) => (t === direction.length - 1 ? 1 : 0) - score * weight);
};
