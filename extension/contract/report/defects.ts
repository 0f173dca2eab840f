import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

const precision = v.picklist(['float64', 'float32']);

/** The commutator defect at one checkpoint (2602.16746 §3.2). */
export const defectEntrySchema = v.object({
  step: finite,
  /**
   * `float32` rounds as the published code does: where gradients are small, its δ is rounding
   * error.
   */
  precision,
  /** Size of the two plain SGD steps. */
  eta: finite,
  /** Median over the samples. */
  median: finite,
  samples: v.array(
    v.object({
      /**
       * ‖g_A‖, ‖g_B‖ at θ, and ‖δ‖ with δ = θ_AB − θ_BA. A defect also rises when gradients vanish.
       */
      gradientA: finite,
      gradientB: finite,
      delta: finite,
      /** ‖δ‖/(‖η g_A‖ ‖η g_B‖ + 1e-12). */
      defect: finite,
      lossA: finite,
      lossB: finite,
      /** ‖Bᵀδ‖/‖δ‖ on the execution basis; absent if there is no such basis or δ is zero. */
      captured: v.optional(finite),
      /** The same on random bases of equal dimension. */
      capturedRandom: numbers,
      /** ‖δ − BBᵀδ‖/‖δ‖. */
      rho: v.optional(finite),
    }),
  ),
  /**
   * Columns of the execution basis, and the share that a random span of this dimension captures:
   * √(K/P).
   */
  basisDimension: v.optional(count),
  expectedCapture: v.optional(finite),
  /**
   * The leading order of the first sample's δ, from Hessian-vector products: a check of the finite
   * steps.
   */
  hessianForm: v.optional(
    v.object({
      delta: finite,
      defect: finite,
      /** ‖δ − δ_leading‖/‖δ_leading‖. */
      difference: finite,
    }),
  ),
});
export type DefectEntry = v.InferOutput<typeof defectEntrySchema>;

/** The onset of the defect by the rule of 2602.16746, for one choice of the rule's parameters. */
export const onsetEntrySchema = v.object({
  precision,
  /**
   * `defect`, or `delta`: ‖δ‖/η² without division by ‖g_A‖‖g_B‖; only the factor rule applies to
   * it.
   */
  measure: v.picklist(['defect', 'delta']),
  /** One pair of batches, counted from 1; absent: the median over all pairs. */
  pair: v.optional(count),
  /** Stride over the measured checkpoints. The rule's baseline is the first three. */
  every: count,
  /** Onset needs D > threshold and D > factor · baseline. */
  threshold: finite,
  factor: finite,
  baseline: finite,
  /** Largest over the baseline. */
  growth: finite,
  /** Absent if the defect never rises that far. */
  step: v.optional(finite),
  grokStep: v.optional(finite),
  /** grokStep − step. */
  lead: v.optional(finite),
});
export type OnsetEntry = v.InferOutput<typeof onsetEntrySchema>;

/** Accuracies and losses of a checkpoint on sets of pairs, task → fraction. */
export const accuracyEntrySchema = v.object({
  step: finite,
  /**
   * `mirrored`: test pairs (a, b) with (b, a) in the training set; `unmirrored`: the other test
   * pairs.
   */
  pairs: v.picklist(['train', 'test', 'mirrored', 'unmirrored']),
  count,
  accuracy: v.record(v.string(), finite),
});
export type AccuracyEntry = v.InferOutput<typeof accuracyEntrySchema>;

export const defects = section(defectEntrySchema, (e) => `${e.step}|${e.precision}`);
export const onsets = section(
  onsetEntrySchema,
  (e) => `${e.precision}|${e.measure}|${e.pair ?? ''}|${e.every}|${e.threshold}`,
);
export const accuracies = section(accuracyEntrySchema, (e) => `${e.step}|${e.pairs}`);
