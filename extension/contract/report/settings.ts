import * as v from 'valibot';
import { count } from './numbers.js';

export const inspectSettingsSchema = v.object({
  /** Glob over tensor names. Default: all. */
  tensors: v.optional(v.string()),
  /** Ranks for reconstruction. Default: a fixed ladder. */
  ranks: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1)))),
  /** Seed of all random draws of the nulls. */
  seed: v.optional(count, 1),
  shuffleDraws: v.optional(v.pipe(count, v.maxValue(1000)), 5),
  randomWalkDraws: v.optional(v.pipe(v.number(), v.integer(), v.minValue(20), v.maxValue(1000)), 20),
  /** Dimension of the subspaces for principal angles. */
  subspace: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 8),
  /** `auto` estimates very large matrices; `exact` never does. */
  precision: v.optional(v.picklist(['auto', 'exact']), 'auto'),
});
export type InspectSettings = v.InferOutput<typeof inspectSettingsSchema>;
