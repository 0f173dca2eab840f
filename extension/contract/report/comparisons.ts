import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { stepAnglesSchema } from './principalAngles.js';
import { section } from './section.js';
import { spectrumEntrySchema } from './spectra.js';

/** A number of a pair of matrices, and what it is where they have nothing to do with each other. */
const tested = v.object({ value: finite, null: finite });

/** What two checkpoints have in common and what not, as a whole. */
export const comparisonSummarySchema = v.object({
  /** The other checkpoint: what the inspected one is compared with. */
  base: v.object({ path: v.string(), name: v.string(), label: v.string() }),
  /** The inspected checkpoint holds updates (an adapter): the base plus an update is compared with the base. */
  isUpdate: v.optional(v.literal(true)),
  equal: count,
  changed: count,
  /**
   * ‖A − B‖_F/‖B‖_F over all floating-point tensors that are compared; the null is that of each tensor's entries in
   * another order, in closed form. Absent where the base is zero there.
   */
  relativeDistance: v.optional(tested),
  /** What is worth saying of the pair: equal files, swapped names, other vocabularies, missing layers. English. */
  sentences: v.array(v.string()),
});
export type ComparisonSummary = v.InferOutput<typeof comparisonSummarySchema>;
export const comparisonSummaries = section(comparisonSummarySchema, (e) => e.base.path);

export const comparisonStates = ['equal', 'changed', 'missing', 'added', 'shape', 'not-read'] as const;

/** One tensor of the pair, or a matrix that it holds, A inspected and B the base. */
export const comparisonEntrySchema = v.object({
  /** A's name of it; the base's where only the base has it. */
  tensor: v.string(),
  part: v.optional(v.string()),
  /** The base's name, where it is another. */
  baseTensor: v.optional(v.string()),
  /** `missing`: only the base has it; `added`: only A; `shape`: the shapes differ; `not-read`: not finite, or codes. */
  state: v.picklist(comparisonStates),
  shape: v.optional(numbers),
  baseShape: v.optional(numbers),
  elements: v.optional(count),
  /** ‖A − B‖_F/‖B‖_F; the null is that of A's entries in another order, in closed form. */
  relativeDistance: v.optional(tested),
  /** ⟨A, B⟩/(‖A‖ ‖B‖); the null is its mean over A's entries in another order: 0 but for the means of the entries. */
  cosine: v.optional(tested),
  /** The singular values of A − B with every statistic, beside those of its shuffled entries. */
  difference: v.optional(spectrumEntrySchema),
  /** Principal angles between the leading k singular subspaces, radians ascending; the null is of random subspaces. */
  angles: v.optional(
    v.object({
      k: count,
      left: numbers,
      right: numbers,
      null: v.object({ left: finite, right: finite }),
      /** The base and the base plus the difference's entries in another order. */
      ofStepSize: v.optional(stepAnglesSchema),
    }),
  ),
  /** Linear CKA of the rows (Kornblith et al. 2019); the null is the mean over the base's rows in another order. */
  cka: v.optional(v.object({ value: finite, null: finite, draws: count })),
  /**
   * Intruder dimensions (Shuttleworth et al. 2024): of A's leading k left singular vectors those whose largest |cosine|
   * with all of the base's is below the threshold. The null is the mean of the count for B + the difference's entries in
   * another order.
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
  /** Why the numbers of the decompositions are not there. */
  leftOut: v.optional(v.string()),
});
export type ComparisonEntry = v.InferOutput<typeof comparisonEntrySchema>;
export const comparisons = section(
  comparisonEntrySchema,
  (e) => `${e.tensor}|${e.part ?? ''}|${e.state === 'missing'}`,
);
