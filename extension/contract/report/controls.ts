import * as v from 'valibot';
import { testAccuraciesSchema } from './reconstructions.js';
import { count, finite } from './numbers.js';
import { section } from './section.js';

/** What the components of the trajectory are held against, rebuilt and run like them. */
export const controlEntrySchema = v.object({
  kind: v.picklist(['random-walk', 'decay-walk', 'early-components', 'random-directions']),
  /** Components that the trajectory has: the axis is theirs. */
  fullRank: count,
  seed: v.optional(count),
  /** Early components: those of the checkpoints up to this step. */
  lastStep: v.optional(finite),
  /** Decay with a walk: the share of θ_0 that is left at the end, by the run's record or fitted by least squares. */
  decay: v.optional(v.object({ kept: finite, origin: v.picklist(['record', 'fitted']) })),
  /** Walks: components with which each task reaches so much of the run's accuracy; absent where none of those tried do. */
  kStar95: v.optional(count),
  kStar99: v.optional(count),
  points: v.array(v.object({ rank: count, energy: finite, ...testAccuraciesSchema })),
});
export type ControlEntry = v.InferOutput<typeof controlEntrySchema>;

/** Walks in every inspection of a small model, the others on request. */
export const controls = section(controlEntrySchema, (e) => `${e.kind}|${e.lastStep ?? ''}`);
