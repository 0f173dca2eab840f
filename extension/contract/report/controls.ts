import * as v from 'valibot';
import { testAccuraciesSchema } from './reconstructions.js';
import { count, finite } from './numbers.js';
import { section } from './section.js';

/** The nulls of the trajectory's components: rebuilt and evaluated in the same way. */
export const controlEntrySchema = v.object({
  kind: v.picklist(['random-walk', 'decay-walk', 'early-components', 'random-directions']),
  /** Components of the trajectory: they define the axis. */
  fullRank: count,
  seed: v.optional(count),
  /** Early components: those of the checkpoints up to this step. */
  lastStep: v.optional(finite),
  /**
   * Decay with a random walk: the share of θ_0 left at the end, from the run's record or by least
   * squares.
   */
  decay: v.optional(v.object({ kept: finite, origin: v.picklist(['record', 'fitted']) })),
  /**
   * Random walks: components with which each task reaches this share of the run's accuracy; absent
   * if none tried does.
   */
  kStar95: v.optional(count),
  kStar99: v.optional(count),
  points: v.array(v.object({ rank: count, energy: finite, ...testAccuraciesSchema })),
});
export type ControlEntry = v.InferOutput<typeof controlEntrySchema>;

/** Walks are part of every inspection of a small model; otherwise on request. */
export const controls = section(controlEntrySchema, (e) => `${e.kind}|${e.lastStep ?? ''}`);
