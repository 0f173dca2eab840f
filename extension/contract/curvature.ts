import * as v from 'valibot';

/** Curvature across a run's path (2602.16746): the configuration and the metrics. */
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const wholePositive = v.pipe(v.number(), v.integer(), v.minValue(1));
const finite = v.pipe(v.number(), v.finite());

const precisions = ['float64', 'float32'] as const;

/** The commutator defect in `metrics.jsonl` (section 3.2); the defaults are the paper's. */
export const liveDefectSchema = v.object({
  /** Steps between two; a line is written at each. */
  every: v.optional(wholePositive, 100),
  /** K: pairs of batches, drawn once and the same at every step. */
  pairs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 5),
  /** Training pairs of a batch, drawn with replacement. */
  batch: v.optional(wholePositive, 512),
  /** η of the two plain SGD steps. */
  eta: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1e-3),
  /** `float32` rounds as the published code does: where gradients are small, δ is rounding. */
  precision: v.optional(v.picklist(precisions), 'float64'),
  /** Seed of the batches; the default is that of an inspection. */
  seed: v.optional(whole, 1),
});
export type LiveDefect = v.InferOutput<typeof liveDefectSchema>;

/** The defect in a line of `metrics.jsonl`: D = ‖δ‖/(‖η g_A‖ ‖η g_B‖ + 1e-12). */
export const defectMetricsSchema = v.object({
  precision: v.picklist(precisions),
  eta: finite,
  /** Median of D over the samples. */
  median: finite,
  samples: v.array(v.object({ gradientA: finite, gradientB: finite, delta: finite, defect: finite })),
});
export type DefectMetrics = v.InferOutput<typeof defectMetricsSchema>;
