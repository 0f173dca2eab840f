import * as v from 'valibot';
import { splitMethods } from '../descriptor.js';
import { accuracySchema, reconstructionEntrySchema } from './reconstructions.js';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';
import { placeSchema } from '../sweep.js';

/** A number, or its bounds: above the end of a scan, or between two values. */
export const amountSchema = v.union([
  finite,
  v.object({ above: finite }),
  v.object({ low: finite, high: finite }),
]);
export type Amount = v.InferOutput<typeof amountSchema>;

/** One number of a run, with its nulls and a paper's published value. */
export const measurementSchema = v.object({
  name: v.string(),
  /** Title of the table in which it is a column. */
  table: v.string(),
  /** Definition, convention and meaning of the nulls, in one or two sentences. */
  says: v.string(),
  /**
   * `count`: a whole number; `share`: a fraction, shown in percent; `accuracy`, `number`: shown as they are.
   */
  format: v.picklist(['count', 'share', 'accuracy', 'number']),
  /** Absent if the run was not measured. */
  value: v.optional(amountSchema),
  nulls: v.array(v.object({ name: v.string(), value: amountSchema })),
  published: v.optional(amountSchema),
});
export type Measurement = v.InferOutput<typeof measurementSchema>;

export const regularisers = ['none', 'l2', 'low-rank', 'both'] as const;
export type RegulariserName = (typeof regularisers)[number];

/** One run of a set that is trained for comparison, with the measurements made after it finished. */
export const sweepCellSchema = v.object({
  /** Name of the run's folder, unique in its sweep. */
  name: v.string(),
  /** The run's folder; absent before the run begins. */
  path: v.optional(v.string()),
  /** False for a run outside the grid: a control, a single task. */
  inGrid: v.boolean(),
  scale: v.string(),
  /** For a grid with variants: a regulariser at one rate and strength, for example. */
  variant: v.optional(v.string()),
  trainFraction: v.optional(finite),
  learningRate: v.optional(finite),
  decay: finite,
  /** λ of Low-Rank Decay, if the run uses it. */
  lowRankDecay: v.optional(finite),
  /** The regulariser of the weights. `both`: L2 and Low-Rank Decay of the same matrices. */
  regulariser: v.optional(v.picklist(regularisers)),
  /** Its strength; absent for none. */
  strength: v.optional(
    v.object({
      /** λ as configured, or the label of the paper's own axis. */
      label: finite,
      /** Share of a matrix's Frobenius norm that a step removes; absent if it depends on the weights. */
      perStep: v.optional(finite),
    }),
  ),
  /** Whether pairs are split together with their mirrors or one by one. */
  split: v.optional(v.picklist(splitMethods)),
  /**
   * For a commutative task: test accuracy of a model that knows the training pairs and their mirrors and
   * guesses the rest.
   */
  memorised: v.optional(finite),
  /** Of the worst task, at the last evaluation; also for a run in progress. */
  testAccuracy: v.optional(finite),
  /** First evaluated step with test accuracy ≥ 95 % on every task. */
  generalised: v.optional(count),
  seed: count,
  tasks: v.array(v.string()),
  status: v.picklist(['queued', 'running', 'paused', 'stopped', 'finished', 'failed']),
  /** For a sweep submitted to a scheduler. */
  place: v.optional(placeSchema),
  step: count,
  /** Maximum number of steps; the stopping rule may end the run earlier. */
  of: count,
  grokStep: v.optional(count),
  /** Cost of a step, in a unit common to the runs of a sweep. */
  costPerStep: v.optional(finite),
  /** Accuracy of guessing. */
  chance: finite,
  measured: v.optional(
    v.object({
      /** Step of the measured checkpoint. */
      step: count,
      testAccuracy: accuracySchema,
      reconstructions: v.array(reconstructionEntrySchema),
      /** Nulls of the reconstructions, drawn beside them. */
      nullCurves: v.array(
        v.object({
          name: v.string(),
          /** Number of components that the axis refers to. */
          fullRank: count,
          points: v.array(v.object({ rank: count, energy: finite, testAccuracy: accuracySchema })),
        }),
      ),
    }),
  ),
  /**
   * In the order of the tables' columns. A run that was not measured is listed too if a paper publishes its
   * numbers.
   */
  measurements: v.array(measurementSchema),
});
export type SweepCell = v.InferOutput<typeof sweepCellSchema>;

/** Points of a table as a plot: numbers over a setting, in order. */
export const sweepPlotSchema = v.object({
  x: v.object({ title: v.string(), scale: v.picklist(['linear', 'log']) }),
  y: v.object({ title: v.string(), scale: v.picklist(['linear', 'log']) }),
  curves: v.array(
    v.object({
      name: v.string(),
      /** `points` only; a `curve` through marked points; a `line`: a fit; a `null` in the style of nulls. */
      kind: v.picklist(['points', 'curve', 'line', 'null']),
      points: v.array(v.object({ x: finite, y: finite })),
    }),
  ),
});
export type SweepPlot = v.InferOutput<typeof sweepPlotSchema>;

/** A paper's own text about a sweep, filled in with the measurements. */
export const sweepTableSchema = v.object({
  title: v.string(),
  columns: v.array(v.string()),
  rows: v.array(v.array(v.string())),
  /** Sentences under it: definitions, nulls, caveats. */
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
  /** The paper whose grid this is, and the choices made where it leaves one open. */
  paper: v.optional(v.object({ id: v.string(), title: v.string(), choices: v.array(v.string()) })),
});
export type Sweep = v.InferOutput<typeof sweepSchema>;

/** One entry if the source is a sweep: its runs and the tables. Such a report has no other list. */
export const sweep = section(sweepSchema, () => 'sweep');
export const sweepCells = section(sweepCellSchema, (e) => e.name);
export const sweepTables = section(sweepTableSchema, (e) => e.title);
