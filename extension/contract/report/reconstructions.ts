import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

export const reconstructionMethods = ['per-matrix-svd', 'joint-svd', 'trajectory-pca'] as const;
export type ReconstructionMethod = (typeof reconstructionMethods)[number];

/**
 * What is truncated to a rank: θ_T − θ_0, θ_T, or θ_T − c·θ_0 with c the share of θ_0 that weight decay leaves.
 */
export const reconstructionSubjects = ['change', 'weights', 'change-without-decay'] as const;
export type ReconstructionSubject = (typeof reconstructionSubjects)[number];

export const accuracySchema = v.record(v.string(), finite);

/** On all test pairs, and on those whose mirror (b, a) is not trained on, if there are both. */
export const testAccuraciesSchema = {
  testAccuracy: accuracySchema,
  testAccuracyUnmirrored: v.optional(accuracySchema),
};

export const reconstructionEntrySchema = v.object({
  method: v.picklist(reconstructionMethods),
  of: v.picklist(reconstructionSubjects),
  /** For a change without decay: c, from the run's record (Π(1 − η_t λ)) or by least squares. */
  decay: v.optional(
    v.object({ kept: finite, origin: v.picklist(['record', 'fitted']), path: v.optional(v.string()) }),
  ),
  /** `trunk`: only matrices inside layers are rebuilt, the others keep their final value. */
  scope: v.picklist(['trunk', 'all']),
  /** Names of the rebuilt matrices (groups). */
  matrices: v.array(v.string()),
  fullRank: count,
  /** If a descriptor lets the model run. Task → fraction of correct test pairs. */
  baseline: v.optional(v.object(testAccuraciesSchema)),
  points: v.array(
    v.object({
      rank: count,
      /** Share of squared singular values kept (PCA: of the squared length of the last row). */
      energy: finite,
      /**
       * ‖rebuilt − X‖_F / ‖X‖_F, where X is the target: the change, the weights, or the change without decay.
       */
      relativeError: finite,
      testAccuracy: v.optional(accuracySchema),
      testAccuracyUnmirrored: v.optional(accuracySchema),
    }),
  ),
  /**
   * Energy kept at every rank from 1 to full. Points exist only at the ladder's ranks; ranks for a share of the
   * energy need all.
   */
  energies: v.optional(numbers),
  /**
   * The null curve. Per-matrix SVD: each matrix with shuffled entries. Joint SVD: orthogonal rows of the same
   * lengths, so that each rank keeps one row. Absent for trajectories, whose nulls are walks.
   */
  null: v.optional(
    v.object({
      kind: v.picklist(['shuffled-entries', 'orthogonal-rows']),
      /** Number of draws of the mean; orthogonal rows are not drawn. */
      draws: v.optional(count),
      seed: v.optional(count),
      energies: numbers,
      rank90: count,
      rank99: count,
    }),
  ),
  /** Ranks for 90 % and 99 % of the energy, and the entropy of the energy over ln(full rank). */
  rank90: v.optional(count),
  rank99: v.optional(count),
  spectralEntropy: v.optional(finite),
});
export type ReconstructionEntry = v.InferOutput<typeof reconstructionEntrySchema>;

export const reconstructions = section(reconstructionEntrySchema, (e) => `${e.method}|${e.scope}|${e.of}`);
