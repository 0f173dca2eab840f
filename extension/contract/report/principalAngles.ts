import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

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
});
export type PrincipalAnglesEntry = v.InferOutput<typeof principalAnglesEntrySchema>;

export const principalAngles = section(
  principalAnglesEntrySchema,
  (e) => `${e.tensor}|${e.part ?? ''}|${e.fromStep}|${e.toStep}`,
);
