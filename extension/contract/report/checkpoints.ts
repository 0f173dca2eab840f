import * as v from 'valibot';
import { count, finite } from './numbers.js';
import { section } from './section.js';

export const checkpointEntrySchema = v.object({
  /**
   * Training step; the position in the series if neither name nor file gives a step
   * (`stepIsPosition`).
   */
  step: finite,
  stepIsPosition: v.optional(v.literal(true)),
  label: v.string(),
  format: v.string(),
  files: v.array(v.object({ path: v.string(), bytes: count, sha256: v.optional(v.string()) })),
  /** Label of an earlier checkpoint with equal weights. */
  duplicateOf: v.optional(v.string()),
  /** ‖θ_t − θ_0‖₂ over all readable parameters. */
  distanceFromFirst: v.optional(finite),
});
export type CheckpointEntry = v.InferOutput<typeof checkpointEntrySchema>;

export const checkpoints = section(checkpointEntrySchema, (e) => e.label);
