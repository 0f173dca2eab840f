import * as v from 'valibot';
import { accuracySchema } from './reconstructions.js';
import { count, finite } from './numbers.js';
import { section } from './section.js';

/** What the components of the trajectory are held against, rebuilt and run like them. */
export const controlEntrySchema = v.object({
  kind: v.picklist(['random-walk', 'early-components', 'random-directions']),
  /** Components that the trajectory has: the axis is theirs. */
  fullRank: count,
  seed: v.optional(count),
  /** Early components: those of the checkpoints up to this step. */
  lastStep: v.optional(finite),
  points: v.array(v.object({ rank: count, energy: finite, testAccuracy: accuracySchema })),
});
export type ControlEntry = v.InferOutput<typeof controlEntrySchema>;

/** On the user's request only. */
export const controls = section(controlEntrySchema, (e) => `${e.kind}|${e.lastStep ?? ''}`);
