import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

/**
 * The null: the same angles with the step replaced by its shuffled entries, which have its size but no relation
 * to the matrix. Per index: arccos of the root-mean-square cosine over the draws; the range is that of a single
 * angle over the draws. Radians.
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
  /** Only at some steps: each draw costs as much as the angles themselves. */
  ofStepSize: v.optional(stepAnglesSchema),
});
export type PrincipalAnglesEntry = v.InferOutput<typeof principalAnglesEntrySchema>;

export const principalAngles = section(
  principalAnglesEntrySchema,
  (e) => `${e.tensor}|${e.part ?? ''}|${e.fromStep}|${e.toStep}`,
);
