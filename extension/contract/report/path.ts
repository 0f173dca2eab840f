import * as v from 'valibot';
import { count, finite } from './numbers.js';
import { section } from './section.js';

/** Leading singular values of a layer's W_Q and its commutator with W_K (2602.16746 v3 §3.7). */
export const matrixGapsEntrySchema = v.object({
  step: finite,
  layer: count,
  s1: finite,
  s2: finite,
  s3: finite,
  /** s₁ − s₂, s₂ − s₃. */
  g12: finite,
  g23: finite,
  /** ‖W_Q W_K − W_K W_Q‖_F; absent where the two are not square matrices of one size. */
  commutator: v.optional(finite),
  /**
   * Nulls: the gaps of W_Q’s shuffled entries, and √2 ‖W_Q‖_F ‖W_K‖_F/√n, the commutator’s root mean square
   * when W_K is rotated at random on both sides, which keeps both spectra.
   */
  nulls: v.optional(v.object({ g12: finite, g23: finite, commutator: v.optional(finite) })),
});
export type MatrixGapsEntry = v.InferOutput<typeof matrixGapsEntrySchema>;

/** PC1 over the draws of a null; z = (share − mean)/sd. */
const drawn = v.object({
  draws: count,
  seed: count,
  mean: finite,
  sd: finite,
  q05: finite,
  q95: finite,
  /** Absent if the draws do not vary. */
  z: v.optional(finite),
});

/** PC1 of an expanding window: the rows W_u − W_0 up to a checkpoint, centred, with the zero row. */
export const pathShareEntrySchema = v.object({
  /** `layer0.Q`. */
  matrix: v.string(),
  lastStep: finite,
  share: finite,
  nulls: v.object({
    /** Random walks with the same step lengths and dimension. */
    randomWalk: drawn,
    /**
     * Weights that decay as the run's and walk with the steps that remain after decay; absent without decay.
     */
    decay: v.optional(v.object({ ...drawn.entries, origin: v.picklist(['record', 'fitted']) })),
  }),
});
export type PathShareEntry = v.InferOutput<typeof pathShareEntrySchema>;

export const matrixGaps = section(matrixGapsEntrySchema, (e) => `${e.step}|${e.layer}`);
export const pathShares = section(pathShareEntrySchema, (e) => `${e.matrix}|${e.lastStep}`);
