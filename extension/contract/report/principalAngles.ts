import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

/**
 * The same angles where the step is replaced by its own entries in another order, which has its size and knows nothing of
 * the matrix: what a step of this length turns by itself. Per index arccos of the root-mean-square cosine over the draws;
 * the range is that of one such angle for each draw. Radians.
 */
export const stepAnglesSchema = v.object({
  draws: count,
  left: numbers,
  right: numbers,
  leftRange: v.tuple([finite, finite]),
  rightRange: v.tuple([finite, finite]),
});
export type StepAngles = v.InferOutput<typeof stepAnglesSchema>;

/** Principal angles (radians, ascending) between the leading k-dimensional singular subspaces of neighbouring checkpoints. */
export const principalAnglesEntrySchema = v.object({
  tensor: v.string(),
  part: v.optional(v.string()),
  fromStep: finite,
  toStep: finite,
  k: count,
  left: numbers,
  right: numbers,
  /** arccos √(k/n): two random k-dimensional subspaces of n dimensions, where the mean of cos² is k/n. Radians. */
  null: v.object({ kind: v.literal('random-subspaces'), left: finite, right: finite }),
  /** At some of the steps, as each draw costs as much as the angles themselves. */
  ofStepSize: v.optional(stepAnglesSchema),
});
export type PrincipalAnglesEntry = v.InferOutput<typeof principalAnglesEntrySchema>;

export const principalAngles = section(
  principalAnglesEntrySchema,
  (e) => `${e.tensor}|${e.part ?? ''}|${e.fromStep}|${e.toStep}`,
);
