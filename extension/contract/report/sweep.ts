import * as v from 'valibot';
import { splitMethods } from '../descriptor.js';
import { accuracySchema, reconstructionEntrySchema } from './reconstructions.js';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';
import { placeSchema } from '../sweep.js';

/** A number, or what is known of it: above the end of a scan, or between two. */
export const amountSchema = v.union([
  finite,
  v.object({ above: finite }),
  v.object({ low: finite, high: finite }),
]);
export type Amount = v.InferOutput<typeof amountSchema>;

/** One number of a run beside its nulls and what a paper publishes there. */
export const measurementSchema = v.object({
  name: v.string(),
  /** Title of the table that it is a column of. */
  table: v.string(),
  /** Definition, convention, and what the nulls are: one or two sentences. */
  says: v.string(),
  /** `count`: a whole number; `share`: a fraction, shown in percent; `accuracy`, `number`: as they are. */
  format: v.picklist(['count', 'share', 'accuracy', 'number']),
  /** Absent where the run was not measured. */
  value: v.optional(amountSchema),
  nulls: v.array(v.object({ name: v.string(), value: amountSchema })),
  published: v.optional(amountSchema),
});
export type Measurement = v.InferOutput<typeof measurementSchema>;

export const regularisers = ['none', 'l2', 'low-rank', 'both'] as const;
export type RegulariserName = (typeof regularisers)[number];

/** One run of several that are trained to be compared, and what was measured of it once it had finished. */
export const sweepCellSchema = v.object({
  /** Name of the run's folder, unique in its sweep. */
  name: v.string(),
  /** The run's folder; absent before the run has begun. */
  path: v.optional(v.string()),
  /** False for a run that lies beside the grid's: a control, a single task. */
  inGrid: v.boolean(),
  scale: v.string(),
  /** Of a grid with variants: a regulariser at one rate and strength, for example. */
  variant: v.optional(v.string()),
  trainFraction: v.optional(finite),
  learningRate: v.optional(finite),
  decay: finite,
  /** λ of Low-Rank Decay, where the run has it. */
  lowRankDecay: v.optional(finite),
  /** What keeps the weights small. `both`: L2 and Low-Rank Decay of the same matrices. */
  regulariser: v.optional(v.picklist(regularisers)),
  /** How strongly, absent for none. */
  strength: v.optional(
    v.object({
      /** λ as configured, or the label of the paper's own axis. */
      label: finite,
      /** Share of a matrix's Frobenius norm that a step takes; absent where it depends on the weights. */
      perStep: v.optional(finite),
    }),
  ),
  /** How pairs are split: with their mirrors or one by one. */
  split: v.optional(v.picklist(splitMethods)),
  /** Test accuracy of a model that remembers training pairs and their mirrors and guesses else, of a commutative task. */
  memorised: v.optional(finite),
  /** Of the task that is furthest behind, at the last evaluation; also of a run that goes on. */
  testAccuracy: v.optional(finite),
  /** First evaluated step with a test accuracy of 95 % of every task. */
  generalised: v.optional(count),
  seed: count,
  tasks: v.array(v.string()),
  status: v.picklist(['queued', 'running', 'paused', 'stopped', 'finished', 'failed']),
  /** Of a sweep that was submitted to a scheduler. */
  place: v.optional(placeSchema),
  step: count,
  /** Maximum number of steps; a run that meets its stopping rule ends earlier. */
  of: count,
  grokStep: v.optional(count),
  /** What a step costs, in a unit common to the runs of a sweep. */
  costPerStep: v.optional(finite),
  /** Accuracy of guessing. */
  chance: finite,
  measured: v.optional(
    v.object({
      /** Of the checkpoint that was measured. */
      step: count,
      testAccuracy: accuracySchema,
      reconstructions: v.array(reconstructionEntrySchema),
      /** What the reconstructions are held against, drawn beside them. */
      nullCurves: v.array(
        v.object({
          name: v.string(),
          /** The axis is that of this many components. */
          fullRank: count,
          points: v.array(v.object({ rank: count, energy: finite, testAccuracy: accuracySchema })),
        }),
      ),
    }),
  ),
  /** In the order of the tables' columns; where a paper has numbers here, also of a run that was not measured. */
  measurements: v.array(measurementSchema),
});
export type SweepCell = v.InferOutput<typeof sweepCellSchema>;

/** Points of a table as a drawing: numbers over a setting, in their order. */
export const sweepPlotSchema = v.object({
  x: v.object({ title: v.string(), scale: v.picklist(['linear', 'log']) }),
  y: v.object({ title: v.string(), scale: v.picklist(['linear', 'log']) }),
  curves: v.array(
    v.object({
      name: v.string(),
      /** `points` alone; a `curve` through marked points; a `line`: a fit; a `null` is drawn as nulls are. */
      kind: v.picklist(['points', 'curve', 'line', 'null']),
      points: v.array(v.object({ x: finite, y: finite })),
    }),
  ),
});
export type SweepPlot = v.InferOutput<typeof sweepPlotSchema>;

/** A table of words about a sweep: a paper's own, filled in with what was measured. */
export const sweepTableSchema = v.object({
  title: v.string(),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.string())),
  /** Sentences under it: definitions, nulls, what to read with care. */
  notes: v.array(v.string()),
  /** Drawn above the table. */
  plot: v.optional(sweepPlotSchema),
});
export type SweepTable = v.InferOutput<typeof sweepTableSchema>;

/** A folder of runs over a grid: every combination of the axes is one run. */
export const sweepSchema = v.object({
  name: v.string(),
  /** `sweep.json`. */
  path: v.string(),
  scales: v.array(v.string()),
  variants: v.optional(v.array(v.string())),
  trainFractions: v.optional(numbers),
  decays: numbers,
  seeds: numbers,
  tasks: v.array(v.array(v.string())),
  /** The paper whose grid this is, and what was chosen where it leaves a choice. */
  paper: v.optional(v.object({ id: v.string(), title: v.string(), choices: v.array(v.string()) })),
});
export type Sweep = v.InferOutput<typeof sweepSchema>;

/** Where the source is a sweep: one entry, one for each of its runs, and the tables. Nothing else is in such a report. */
export const sweep = section(sweepSchema, () => 'sweep');
export const sweepCells = section(sweepCellSchema, (e) => e.name);
export const sweepTables = section(sweepTableSchema, (e) => e.title);
