import * as v from 'valibot';
import { descriptorSchema, taskNames } from './descriptor.js';
import { metricsSchema, runFileSchema, type Metrics, type RunFile } from './run.js';

/**
 * The report is the store: one append-only document per inspected source. The engine emits {@link ReportAddition}s
 * as it computes; panel, hover, HTML page, `--json` and the cache on disk are views of it.
 *
 * Every array is ordered and finite; a number that does not exist is absent, never NaN.
 */
export const reportSchemaName = 'weight-geometry/report@1';

const isFiniteArray = (value: unknown): boolean =>
  Array.isArray(value) && value.every((x) => Number.isFinite(x));
/** A plain array of finite numbers; checked in one pass, as reports hold hundreds of thousands of them. */
const numbers = v.custom<readonly number[]>(isFiniteArray, 'expected an array of finite numbers');
const rows = v.custom<readonly (readonly number[])[]>(
  (value) => Array.isArray(value) && value.every(isFiniteArray),
  'expected rows of finite numbers',
);
const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const warningSchema = v.object({
  /** Kebab-case, closed per subsystem: `duplicate-weights`, `not-finite`, `unsafe-pickle-call`, … */
  code: v.string(),
  /** One sentence for the user. */
  message: v.string(),
  path: v.optional(v.string()),
  tensor: v.optional(v.string()),
  step: v.optional(finite),
});
export type Warning = v.InferOutput<typeof warningSchema>;

export const checkpointEntrySchema = v.object({
  /** Training step; the position in the series where neither name nor file gives one (`stepIsPosition`). */
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

/** A tensor of the last checkpoint, or a named part (`Q`, `K`, `V`) of a fused one. */
export const tensorEntrySchema = v.object({
  name: v.string(),
  part: v.optional(v.string()),
  shape: numbers,
  dtype: v.string(),
  /** Absent where values are not readable (quantised types). */
  sum: v.optional(finite),
  sumOfSquares: v.optional(finite),
  /** Group of the trajectory and the charts: `layer0.Q`, or the tensor's name. */
  group: v.optional(v.string()),
  /** Rows × columns as analysed; more than two dimensions are first axis × rest. Absent for vectors. */
  matrix: v.optional(v.object({ rows: count, columns: count, folded: v.optional(v.literal(true)) })),
});
export type TensorEntry = v.InferOutput<typeof tensorEntrySchema>;

/** Marchenko–Pastur: a matrix of independent entries of this variance has its singular values within the edges. */
export const marchenkoPasturSchema = v.object({
  /** Entry variance about the entry mean. */
  variance: finite,
  /** sd·(√m − √n) and sd·(√m + √n) for an m × n matrix. */
  lowerEdge: finite,
  upperEdge: finite,
  /** Number of singular values above the upper edge. */
  above: count,
});

export const shuffledSpectrumSchema = v.object({
  draws: count,
  seed: count,
  /** Per index: mean, 5 % and 95 % quantiles over the draws. */
  mean: numbers,
  q05: numbers,
  q95: numbers,
});

export const spectrumEntrySchema = v.object({
  step: finite,
  tensor: v.string(),
  part: v.optional(v.string()),
  of: v.picklist(['weights', 'change']),
  rows: count,
  columns: count,
  /** Descending. All min(m, n) of them when exact; the leading ones when estimated. */
  singularValues: numbers,
  /** How they were computed, in words; `exact` says whether they are. */
  method: v.string(),
  exact: v.boolean(),
  /** Absolute bound on the error of each singular value. */
  errorBound: finite,
  /** σ₁ (not squared). */
  spectralNorm: finite,
  /** √Σσ². */
  frobeniusNorm: finite,
  /** Σσ. */
  nuclearNorm: v.optional(finite),
  /** ‖W‖_F²/‖W‖₂²; absent for a zero matrix. */
  stableRank: v.optional(finite),
  /** exp of the entropy of σ/Σσ; absent for a zero matrix. */
  effectiveRank: v.optional(finite),
  /** Intervals of estimated quantities, name → [low, high]; `method` says with what probability they hold. */
  intervals: v.optional(v.record(v.string(), v.tuple([finite, finite]))),
  /** Smallest r with Σ_{i≤r}σ² ≥ 0.9 Σσ² (0.99). */
  rank90: v.optional(count),
  rank99: v.optional(count),
  nulls: v.object({
    marchenkoPastur: v.optional(marchenkoPasturSchema),
    shuffled: v.optional(shuffledSpectrumSchema),
  }),
});
export type SpectrumEntry = v.InferOutput<typeof spectrumEntrySchema>;

/** Principal angles (radians, ascending) between the leading k-dimensional singular subspaces of neighbouring checkpoints. */
export const principalAnglesEntrySchema = v.object({
  tensor: v.string(),
  part: v.optional(v.string()),
  fromStep: finite,
  toStep: finite,
  k: count,
  left: numbers,
  right: numbers,
});
export type PrincipalAnglesEntry = v.InferOutput<typeof principalAnglesEntrySchema>;

export const trajectoryEntrySchema = v.object({
  /** `all`, a matrix (`layer0.Q`), or a glob the user chose. */
  group: v.string(),
  parameters: count,
  centred: v.boolean(),
  steps: numbers,
  /** Fractions of the (centred or plain) squared length, largest first. */
  explained: numbers,
  /** One row per checkpoint, first 10 components at most. */
  coordinates: rows,
  /** Per checkpoint: distance from the span of the first 1, 2, …, 10 components over its own length. */
  residual: rows,
  null: v.object({
    /** Random walk with the same step lengths in the same number of dimensions. */
    kind: v.literal('random-walk'),
    draws: count,
    seed: count,
    /** Explained fractions per component. */
    mean: numbers,
    q05: numbers,
    q95: numbers,
  }),
});
export type TrajectoryEntry = v.InferOutput<typeof trajectoryEntrySchema>;

export const reconstructionMethods = ['per-matrix-svd', 'joint-svd', 'trajectory-pca'] as const;
export type ReconstructionMethod = (typeof reconstructionMethods)[number];

export const accuracySchema = v.record(v.string(), finite);

export const reconstructionEntrySchema = v.object({
  method: v.picklist(reconstructionMethods),
  /** `trunk`: only matrices inside layers are rebuilt, the rest keeps its final value. */
  scope: v.picklist(['trunk', 'all']),
  /** Names of the matrices rebuilt (groups). */
  matrices: v.array(v.string()),
  fullRank: count,
  /** Where a descriptor lets the model be run. Task → fraction of test pairs answered right. */
  baseline: v.optional(v.object({ testAccuracy: accuracySchema })),
  points: v.array(
    v.object({
      rank: count,
      /** Share of squared singular values kept (PCA: of the squared length of the last row). */
      energy: finite,
      /** ‖reconstructed change − change‖_F / ‖change‖_F. */
      relativeError: finite,
      testAccuracy: v.optional(accuracySchema),
    }),
  ),
  /** Ranks needed for 90 % and 99 % of the energy, and the entropy of the energy over ln(full rank). */
  rank90: v.optional(count),
  rank99: v.optional(count),
  spectralEntropy: v.optional(finite),
});
export type ReconstructionEntry = v.InferOutput<typeof reconstructionEntrySchema>;

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
  /** Steps at most; a run that stops by itself ends before. */
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

/** A model that the product does not know, run in its own file. */
export const onnxEvaluationSchema = v.object({
  /** ONNX file whose initialisers are named like the checkpoints' tensors. */
  model: v.string(),
  /** `.npz` file with the model's inputs under their names and the right classes under `labels`. */
  data: v.string(),
});
export type OnnxEvaluation = v.InferOutput<typeof onnxEvaluationSchema>;

export const sourceSchema = v.object({
  path: v.string(),
  name: v.string(),
  kind: v.picklist(['series', 'checkpoint']),
  /** Number of parameters (elements of readable tensors) of the last checkpoint. */
  parameters: v.optional(count),
  descriptor: v.optional(
    v.object({
      value: descriptorSchema,
      /** Where it came from: given by option, found beside the checkpoints, or in the run's own `run.json`. */
      origin: v.picklist(['option', 'file', 'run']),
      path: v.optional(v.string()),
    }),
  ),
  /** The user's own model that accuracies come from, instead of a descriptor. */
  evaluation: v.optional(onnxEvaluationSchema),
  /** What parameter names and shapes suggest; heads and read-out are the user's to confirm. */
  proposal: v.optional(v.string()),
  /** What weights show of a model that the trainer knows; no tasks where one head bears no task's name. */
  proposed: v.optional(
    v.object({
      kind: v.picklist(['encoder', 'scale-invariant']),
      prime: count,
      d: count,
      layers: count,
      dFf: count,
      tasks: v.array(v.picklist(taskNames)),
    }),
  ),
  /** First step with test accuracy ≥ 0.9, where the run's own metrics say so. */
  grokStep: v.optional(finite),
  /** Other series found under the same path, not inspected here. */
  otherSeries: v.optional(v.array(v.string())),
});
export type ReportSource = v.InferOutput<typeof sourceSchema>;

export const inspectSettingsSchema = v.object({
  /** Glob over tensor names; all when absent. */
  tensors: v.optional(v.string()),
  /** Ranks for reconstruction; the default ladder when absent. */
  ranks: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1)))),
  /** Seed of every random draw of the nulls. */
  seed: v.optional(count, 1),
  shuffleDraws: v.optional(v.pipe(count, v.maxValue(1000)), 5),
  randomWalkDraws: v.optional(v.pipe(v.number(), v.integer(), v.minValue(20), v.maxValue(1000)), 20),
  /** Dimension of the subspaces whose principal angles are measured. */
  subspace: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 8),
  /** `auto` estimates very large matrices; `exact` never does. */
  precision: v.optional(v.picklist(['auto', 'exact']), 'auto'),
});
export type InspectSettings = v.InferOutput<typeof inspectSettingsSchema>;

/** The list sections, each with its entry schema and the key under which a later entry replaces an earlier one. */
export const reportSections = {
  warnings: {
    schema: warningSchema,
    key: (e: Warning) => [e.code, e.path, e.tensor, e.step, e.message].join('|'),
  },
  checkpoints: { schema: checkpointEntrySchema, key: (e: CheckpointEntry) => e.label },
  tensors: { schema: tensorEntrySchema, key: (e: TensorEntry) => `${e.name}|${e.part ?? ''}` },
  spectra: {
    schema: spectrumEntrySchema,
    key: (e: SpectrumEntry) => `${e.step}|${e.tensor}|${e.part ?? ''}|${e.of}`,
  },
  principalAngles: {
    schema: principalAnglesEntrySchema,
    key: (e: PrincipalAnglesEntry) => `${e.tensor}|${e.part ?? ''}|${e.fromStep}|${e.toStep}`,
  },
  trajectories: {
    schema: trajectoryEntrySchema,
    key: (e: TrajectoryEntry) => `${e.group}|${e.centred}`,
  },
  reconstructions: {
    schema: reconstructionEntrySchema,
    key: (e: ReconstructionEntry) => `${e.method}|${e.scope}`,
  },
  /** On the user's request only. */
  controls: { schema: controlEntrySchema, key: (e: ControlEntry) => `${e.kind}|${e.lastStep ?? ''}` },
  /** The run that wrote the checkpoints, where they are a run of ours: one entry. */
  run: { schema: runFileSchema, key: () => 'run' },
  metrics: { schema: metricsSchema, key: (e: Metrics) => String(e.step) },
  /** Where the source is a sweep: one entry, and one for each of its runs. Nothing else is in such a report. */
  sweep: { schema: sweepSchema, key: () => 'sweep' },
  sweepCells: { schema: sweepCellSchema, key: (e: SweepCell) => e.name },
} as const;

export const reportHeaderSchema = v.object({
  schema: v.literal(reportSchemaName),
  source: sourceSchema,
  settings: inspectSettingsSchema,
  /** product, node, platform, …: name → version. */
  versions: v.record(v.string(), v.string()),
  /** ISO 8601. */
  created: v.string(),
});
export type ReportHeader = v.InferOutput<typeof reportHeaderSchema>;

const listOf = <S extends v.GenericSchema>(schema: S) => v.optional(v.array(schema));
export const reportAdditionSchema = v.object({
  /** First of all additions; a later one replaces it (a descriptor confirmed, a growing folder). */
  header: v.optional(reportHeaderSchema),
  warnings: listOf(warningSchema),
  checkpoints: listOf(checkpointEntrySchema),
  tensors: listOf(tensorEntrySchema),
  spectra: listOf(spectrumEntrySchema),
  principalAngles: listOf(principalAnglesEntrySchema),
  trajectories: listOf(trajectoryEntrySchema),
  reconstructions: listOf(reconstructionEntrySchema),
  controls: listOf(controlEntrySchema),
  run: listOf(runFileSchema),
  metrics: listOf(metricsSchema),
  sweep: listOf(sweepSchema),
  sweepCells: listOf(sweepCellSchema),
});
export type ReportAddition = v.InferOutput<typeof reportAdditionSchema>;

export interface Report extends ReportHeader {
  warnings: Warning[];
  checkpoints: CheckpointEntry[];
  tensors: TensorEntry[];
  spectra: SpectrumEntry[];
  principalAngles: PrincipalAnglesEntry[];
  trajectories: TrajectoryEntry[];
  reconstructions: ReconstructionEntry[];
  controls: ControlEntry[];
  run: RunFile[];
  metrics: Metrics[];
  sweep: Sweep[];
  sweepCells: SweepCell[];
}
