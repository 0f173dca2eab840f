import * as v from 'valibot';
import { defectMetricsSchema, liveDefectSchema } from './curvature.js';
import { interventionSchema, usedBasisSchema } from './interventions.js';
import { modelSchema, splitSchema, taskNames } from './descriptor.js';
import { liveSpectraSchema, lowRankDecaySchema, matrixMetricsSchema, muonSchema } from './optimiser.js';

/** A training run: its configuration (a preset, a `*.wgrun.json` file, `--set key=value`) and what it writes. */
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const wholePositive = v.pipe(v.number(), v.integer(), v.minValue(1));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Decay rate of a moment: AdamW divides by 1 − rateᵗ. */
const beta = v.pipe(
  v.number(),
  v.finite(),
  v.minValue(0),
  v.check((rate) => rate < 1, 'must be below 1'),
);
/** Each has its own head, named after it. */
const tasks = v.pipe(
  v.array(v.picklist(taskNames)),
  v.minLength(1),
  v.check((names) => new Set(names).size === names.length, 'a task is named twice'),
);

export const providerNames = ['auto', 'cpu', 'webgpu', 'cuda'] as const;
export type ProviderName = (typeof providerNames)[number];

export const runConfigSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  model: modelSchema,
  data: v.object({ tasks, split: splitSchema }),
  /** Seed of the initial weights. */
  initSeed: v.optional(whole, 0),
  /** Seed of the order of batches. */
  batchSeed: v.optional(whole, 0),
  /** Pairs per step, drawn with replacement; `full` takes every training pair each step. */
  batch: v.optional(v.union([wholePositive, v.literal('full')]), 512),
  learningRate: v.optional(positive, 1e-3),
  /** Steps of linear warm-up from zero. */
  warmupSteps: v.optional(whole, 0),
  betas: v.optional(v.tuple([beta, beta]), [0.9, 0.98]),
  eps: v.optional(positive, 1e-8),
  /** Decoupled (AdamW). */
  weightDecay: v.optional(nonNegative, 1),
  /** Parameters that decay: all (the papers), matrices only, or all but the matrices of Low-Rank Decay. */
  decayedParameters: v.optional(v.picklist(['all', 'matrices', 'outside-low-rank']), 'all'),
  /**
   * A decay step after the optimiser's (2606.04405). Together with `weightDecay` above 0 it is the elastic
   * form.
   */
  lowRankDecay: v.optional(lowRankDecaySchema),
  /** Muon instead of AdamW for chosen matrices; default: AdamW for all. */
  muon: v.optional(muonSchema),
  /** Spectra of matrices in the metrics; default: none. */
  spectra: v.optional(liveSpectraSchema),
  /** The commutator defect in the metrics; default: none. */
  defect: v.optional(liveDefectSchema),
  /** Changes of the gradient and the weights, in order (2602.16746); default: none. */
  interventions: v.optional(v.pipe(v.array(interventionSchema), v.maxLength(20))),
  /** Clip of the global gradient norm; default: none. */
  clipNorm: v.optional(positive),
  maxSteps: v.optional(wholePositive, 5000),
  evaluateEvery: v.optional(wholePositive, 100),
  checkpointEvery: v.optional(wholePositive, 100),
  /**
   * Stop when the test accuracy of every task is at least this on `consecutive` evaluations, or at `continueTo`
   * times the step of that event: ranks keep falling after generalisation (2607.06639).
   */
  stop: v.optional(
    v.object({
      testAccuracy: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
      consecutive: wholePositive,
      continueTo: v.optional(v.pipe(v.number(), v.finite(), v.minValue(1))),
    }),
  ),
  dtype: v.optional(v.picklist(['float32', 'float64']), 'float32'),
});
/** A configuration with its defaults filled in. */
export type RunConfig = v.InferOutput<typeof runConfigSchema>;
export type RunConfigInput = v.InferInput<typeof runConfigSchema>;

/** One line of `metrics.jsonl`. */
export const metricsSchema = v.object({
  step: whole,
  /** Sum over tasks of the mean cross-entropy, averaged since the last line. */
  loss: v.optional(v.pipe(v.number(), v.finite())),
  gradientNorm: v.optional(v.pipe(v.number(), v.finite())),
  parameterNorm: v.optional(v.pipe(v.number(), v.finite())),
  trainAccuracy: v.optional(v.record(v.string(), v.number())),
  testAccuracy: v.optional(v.record(v.string(), v.number())),
  /** On test pairs whose mirror (b, a) is trained on, and on the others, if there are both. */
  testAccuracyMirrored: v.optional(v.record(v.string(), v.number())),
  testAccuracyUnmirrored: v.optional(v.record(v.string(), v.number())),
  /** On all training and all test pairs, at the weights of this step. */
  trainLoss: v.optional(v.pipe(v.number(), v.finite())),
  testLoss: v.optional(v.pipe(v.number(), v.finite())),
  /** Tensor → its spectrum and parts, if the configuration has `spectra`. */
  matrices: v.optional(v.record(v.string(), matrixMetricsSchema)),
  /** If the configuration has `defect`. */
  defect: v.optional(defectMetricsSchema),
  stepsPerSecond: v.optional(v.number()),
});
export type Metrics = v.InferOutput<typeof metricsSchema>;

/**
 * The conditions under which a run was trained from one step until the next session. Each start and resume adds
 * one.
 */
const sessionSchema = v.object({
  fromStep: whole,
  provider: v.object({ name: v.picklist(['cpu', 'webgpu', 'cuda']), device: v.optional(v.string()) }),
  versions: v.record(v.string(), v.string()),
  /** Threads of one operator; they determine the summation order. Absent: onnxruntime's default. */
  threads: v.optional(wholePositive),
  /** Processors of the machine: onnxruntime's default thread count depends on them. */
  processors: v.optional(wholePositive),
  /** Trained as one row of a graph with other runs: the summation order differs from a run alone. */
  asRow: v.optional(v.boolean()),
});
export type TrainingSession = v.InferOutput<typeof sessionSchema>;

/**
 * `run.json`: the configuration, the provider and why better ones were skipped, versions, how the run ended.
 */
export const runFileSchema = v.object({
  schema: v.literal('weight-geometry/run@1'),
  config: runConfigSchema,
  /** Copy of the model descriptor at the top level, so that a run folder reads like any described series. */
  model: modelSchema,
  data: v.object({ tasks: v.array(v.picklist(taskNames)), split: splitSchema }),
  /** Of the last session, like its versions. */
  provider: v.object({
    name: v.picklist(['cpu', 'webgpu', 'cuda']),
    device: v.optional(v.string()),
    tf32: v.literal(false),
    passedOver: v.array(v.object({ name: v.string(), reason: v.string() })),
  }),
  versions: v.record(v.string(), v.string()),
  /** Sessions and the steps that each trained, oldest first; missing in runs of earlier versions. */
  sessions: v.optional(v.array(sessionSchema)),
  /**
   * As requested at the start, else the cores of the affinity mask that the run began under. A resume uses the same, under
   * whatever mask: another number rounds differently.
   */
  threads: v.optional(wholePositive),
  /** The optimiser's and the decay's conventions, as formulas. */
  formulas: v.optional(v.array(v.string())),
  /** Bases of the configuration's interventions, as used by this run. */
  bases: v.optional(v.array(usedBasisSchema)),
  /** The checkpoint that the run started from: absolute path and SHA-256 of its files, concatenated. */
  init: v.optional(v.string()),
  initSha256: v.optional(v.string()),
  status: v.picklist(['running', 'paused', 'stopped', 'finished', 'failed']),
  lastStep: whole,
  /** First evaluated step at which every task's test accuracy is at least 0.9. */
  grokStep: v.optional(whole),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
});
export type RunFile = v.InferOutput<typeof runFileSchema>;
