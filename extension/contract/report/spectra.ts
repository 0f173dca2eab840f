import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

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

export const spectra = section(spectrumEntrySchema, (e) => `${e.step}|${e.tensor}|${e.part ?? ''}|${e.of}`);
