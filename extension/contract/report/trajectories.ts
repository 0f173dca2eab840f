import * as v from 'valibot';
import { count, finite, numbers, rows } from './numbers.js';
import { section } from './section.js';

/** Statistics of a null's draws besides their mean. */
const drawnPath = {
  /** Standard deviation of the draws per component, over n − 1. */
  deviation: v.optional(numbers),
  /** Coordinates of the first draw in its own leading components; absent for very long series. */
  drawn: v.optional(rows),
};

export const trajectoryEntrySchema = v.object({
  /**
   * `all`, a joint group (`trunk`, `embeddings`, `equal-weight`: each tensor divided by the length of its own
   * change), a matrix (`layer0.Q`), or the user's glob.
   */
  group: v.string(),
  parameters: count,
  centred: v.boolean(),
  steps: numbers,
  /** Fractions of the (centred or plain) squared length, largest first. */
  explained: numbers,
  /** One row per checkpoint, at most the first 10 components. */
  coordinates: rows,
  /** Per checkpoint: distance from the span of the first 1, 2, …, 10 components, relative to its length. */
  residual: rows,
  /**
   * Share of ‖θ_T − θ_0‖² along θ_0: ⟨θ_T − θ_0, θ_0⟩²/(‖θ_T − θ_0‖² ‖θ_0‖²). Weight decay alone gives 1.
   * Absent if θ_0 or the change is zero.
   */
  alongStart: v.optional(
    v.object({
      share: finite,
      nulls: v.object({
        /** Null of a random direction: one over the number of parameters. */
        random: finite,
        /**
         * Null of decay plus a walk with the remaining steps: (1 − d_T)² ‖θ_0‖² over its mean squared distance.
         */
        decay: v.optional(finite),
      }),
    }),
  ),
  null: v.object({
    /** Random walk with the same step lengths in the same number of dimensions. */
    kind: v.literal('random-walk'),
    draws: count,
    seed: count,
    /** Explained fractions per component. */
    mean: numbers,
    q05: numbers,
    q95: numbers,
    ...drawnPath,
    /** Root mean square of ‖x_t − θ_0‖ per checkpoint, exact: √Σ of the squared step lengths. */
    distances: v.optional(numbers),
  }),
  /**
   * Weights that decay from θ_0 as the run's do, plus independent steps with the lengths that remain after
   * decay: x_{t+1} = γ_t·x_t + ξ_t, ‖ξ_t‖ = ‖θ_{t+1} − γ_t·θ_t‖. Absent without decay.
   */
  decayNull: v.optional(
    v.object({
      /** Mean explained fractions per component. */
      explained: numbers,
      q05: numbers,
      q95: numbers,
      draws: count,
      seed: count,
      ...drawnPath,
      /** Root mean square of ‖x_t − θ_0‖ per checkpoint, exact. */
      distances: v.optional(numbers),
      /** d_T: the share of θ_0 that decay leaves at the last checkpoint. */
      decay: finite,
      /** Rate and decay from the run's record, or d_t by least squares in this group. */
      origin: v.picklist(['record', 'fitted']),
      path: v.optional(v.string()),
    }),
  ),
});
export type TrajectoryEntry = v.InferOutput<typeof trajectoryEntrySchema>;

export const trajectories = section(trajectoryEntrySchema, (e) => `${e.group}|${e.centred}`);
