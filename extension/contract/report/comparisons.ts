import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { stepAnglesSchema } from './principalAngles.js';
import { section } from './section.js';
import { spectrumEntrySchema } from './spectra.js';

/** A number of a pair of matrices, and its value for unrelated matrices. */
const tested = v.object({ value: finite, null: finite });

/** The comparison of two checkpoints as a whole. */
export const comparisonSummarySchema = v.object({
  /** The other checkpoint, which the inspected one is compared with. */
  base: v.object({ path: v.string(), name: v.string(), label: v.string() }),
  /**
   * The inspected checkpoint holds updates (an adapter): the base is compared with the base plus an
   * update.
   */
  isUpdate: v.optional(v.literal(true)),
  equal: count,
  changed: count,
  /**
   * ‖A − B‖_F/‖B‖_F over all compared floating-point tensors. The null, with the entries of each
   * tensor shuffled, is in closed form. Absent if the base is zero.
   */
  relativeDistance: v.optional(tested),
  /**
   * Notable facts on the pair: equal files, swapped names, different vocabularies, missing layers.
   * English.
   */
  sentences: v.array(v.string()),
});
export type ComparisonSummary = v.InferOutput<typeof comparisonSummarySchema>;
export const comparisonSummaries = section(comparisonSummarySchema, (e) => e.base.path);

export const comparisonStates = ['equal', 'changed', 'missing', 'added', 'shape', 'not-read'] as const;

/** One tensor of the pair, or a matrix in it; A is the inspected checkpoint, B the base. */
export const comparisonEntrySchema = v.object({
  /** Its name in A; in the base if only the base has it. */
  tensor: v.string(),
  part: v.optional(v.string()),
  /** Its name in the base, if different. */
  baseTensor: v.optional(v.string()),
  /**
   * `missing`: only in the base; `added`: only in A; `shape`: the shapes differ; `not-read`: not
   * finite, or codes.
   */
  state: v.picklist(comparisonStates),
  shape: v.optional(numbers),
  baseShape: v.optional(numbers),
  elements: v.optional(count),
  /** ‖A − B‖_F/‖B‖_F; the null, for A's shuffled entries, is in closed form. */
  relativeDistance: v.optional(tested),
  /**
   * ⟨A, B⟩/(‖A‖ ‖B‖). The null is its mean over shuffles of A's entries: 0 up to the entries'
   * means.
   */
  cosine: v.optional(tested),
  /** The singular values of A − B with every statistic, and those of its shuffled entries. */
  difference: v.optional(spectrumEntrySchema),
  /**
   * Principal angles between the leading k singular subspaces, radians, ascending. The null is that
   * of random subspaces.
   */
  angles: v.optional(
    v.object({
      k: count,
      left: numbers,
      right: numbers,
      null: v.object({ left: finite, right: finite }),
      /** The null: the base, and the base plus the shuffled difference. */
      ofStepSize: v.optional(stepAnglesSchema),
    }),
  ),
  /**
   * Linear CKA of the rows (Kornblith et al. 2019). The null is the mean over permutations of the
   * base's rows.
   */
  cka: v.optional(v.object({ value: finite, null: finite, draws: count })),
  /**
   * Intruder dimensions (Shuttleworth et al. 2024): those of A's leading k left singular vectors
   * whose largest |cosine| with all of the base's is below the threshold. The null is the mean
   * count for B plus the shuffled difference.
   */
  intruders: v.optional(
    v.object({
      k: count,
      threshold: finite,
      /** Largest |cosine| of each of A's leading vectors. */
      similarities: numbers,
      count,
      null: v.optional(v.object({ mean: finite, draws: count })),
    }),
  ),
  /** Why the decompositions are missing. */
  leftOut: v.optional(v.string()),
});
export type ComparisonEntry = v.InferOutput<typeof comparisonEntrySchema>;
export const comparisons = section(
  comparisonEntrySchema,
  (e) => `${e.tensor}|${e.part ?? ''}|${e.state === 'missing'}`,
);
