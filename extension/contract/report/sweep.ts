import * as v from 'valibot';
import { accuracySchema, reconstructionEntrySchema } from './reconstructions.js';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

/** One run of several that are trained to be compared, and what was measured of it once it had finished. */
export const sweepCellSchema = v.object({
  /** Name of the run's folder, unique in its sweep. */
  name: v.string(),
  /** The run's folder; absent before the run has begun. */
  path: v.optional(v.string()),
  /** False for a run that lies beside the grid's: a control, a single task. */
  inGrid: v.boolean(),
  scale: v.string(),
  decay: finite,
  seed: count,
  tasks: v.array(v.string()),
  status: v.picklist(['queued', 'running', 'paused', 'stopped', 'finished', 'failed']),
  step: count,
  /** Maximum number of steps; a run that meets its stopping rule ends earlier. */
  of: count,
  grokStep: v.optional(count),
  /** Accuracy of guessing. */
  chance: finite,
  measured: v.optional(
    v.object({
      /** Of the checkpoint that was measured. */
      step: count,
      testAccuracy: accuracySchema,
      reconstructions: v.array(reconstructionEntrySchema),
      /** Fewest trajectory components with which each task reaches a share of its accuracy, of those scanned. */
      kStar: v.object({ share95: v.optional(count), share99: v.optional(count), scanned: count }),
      /** The null: components of a random walk of equal step lengths to the same end. */
      walk: v.object({
        points: v.array(v.object({ rank: count, energy: finite, testAccuracy: accuracySchema })),
        share95: v.optional(count),
        share99: v.optional(count),
      }),
    }),
  ),
  /** What the paper has at this place of its grid; `>30` where its scan does not reach it. */
  published: v.optional(v.object({ share95: count, share99: v.union([count, v.literal('>30')]) })),
});
export type SweepCell = v.InferOutput<typeof sweepCellSchema>;

/** A folder of runs over a grid: every combination of the axes is one run. */
export const sweepSchema = v.object({
  name: v.string(),
  /** `sweep.json`. */
  path: v.string(),
  scales: v.array(v.string()),
  decays: numbers,
  seeds: numbers,
  tasks: v.array(v.array(v.string())),
});
export type Sweep = v.InferOutput<typeof sweepSchema>;

/** Where the source is a sweep: one entry, and one for each of its runs. Nothing else is in such a report. */
export const sweep = section(sweepSchema, () => 'sweep');
export const sweepCells = section(sweepCellSchema, (e) => e.name);
