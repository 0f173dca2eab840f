import * as v from 'valibot';

/**
 * The model descriptor: the one type that describes a model and its data. The trainer builds from
 * it and the evaluator runs it. `run.json` holds it; for foreign checkpoints,
 * `weight-geometry.json` beside them does.
 */
const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e9));
const fraction = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

/** The encoder of 2602.16746, 2602.18649 and 2604.06256: tokens a, b; pre-norm; GELU (erf); biases. */
export const encoderModel = v.object({
  kind: v.literal('encoder'),
  prime: positiveInteger,
  d: positiveInteger,
  layers: positiveInteger,
  heads: positiveInteger,
  dFf: positiveInteger,
  readout: v.picklist(['first', 'mean']),
  norm: v.literal('LayerNorm'),
  normEps: v.pipe(v.number(), v.gtValue(0)),
  activation: v.literal('gelu'),
});

/** The scale-invariant transformer of 2606.04405: tokens a, b, "="; RMSNorm, QK-norm, SwiGLU; no biases but the head's. */
export const scaleInvariantModel = v.object({
  kind: v.literal('scale-invariant'),
  prime: positiveInteger,
  d: positiveInteger,
  layers: positiveInteger,
  heads: positiveInteger,
  dFf: positiveInteger,
  readout: v.literal('last'),
  norm: v.literal('RMSNorm'),
  normEps: v.pipe(v.number(), v.gtValue(0)),
  qkNormEps: v.pipe(v.number(), v.gtValue(0)),
  activation: v.literal('swiglu'),
});

export const modelSchema = v.pipe(
  v.variant('kind', [encoderModel, scaleInvariantModel]),
  v.check(({ d, heads }) => d % heads === 0, 'd must be a multiple of heads'),
);
export type Model = v.InferOutput<typeof modelSchema>;

/** Modular tasks; `x2_y2` is x² + y², `x2_xy_y2` is x² + xy + y², `x3_xy` is x³ + xy, all modulo the prime. */
export const taskNames = ['add', 'sub', 'mul', 'x2_y2', 'x2_xy_y2', 'x3_xy'] as const;
export type TaskName = (typeof taskNames)[number];

export const splitMethods = ['python-random-shuffle', 'unordered-pairs'] as const;
export const splitSchema = v.object({
  /** `python-random-shuffle`: `random.Random(seed).shuffle` of all (a, b) in row order; the first part trains. `unordered-pairs` shuffles {a, b} so that (b, a) is on (a, b)'s side. */
  method: v.picklist(splitMethods),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  trainFraction: fraction,
  /** Smallest token value: 0, or 1 to leave out zero (multiplication in the papers). */
  firstToken: v.picklist([0, 1]),
});
export type Split = v.InferOutput<typeof splitSchema>;

export const descriptorSchema = v.object({
  model: modelSchema,
  data: v.object({
    tasks: v.pipe(v.array(v.picklist(taskNames)), v.minLength(1)),
    split: splitSchema,
  }),
});
export type ModelDescriptor = v.InferOutput<typeof descriptorSchema>;

/** File that describes the model of foreign checkpoints, in their folder. */
export const descriptorFileName = 'weight-geometry.json';
