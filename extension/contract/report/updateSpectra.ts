import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

const spread = v.object({ mean: finite, q05: finite, q95: finite });

/** Singular values of the updates between neighbouring checkpoints in a rolling window (2604.06256 §4.1). */
export const updateSpectrumEntrySchema = v.object({
  /** `all`, `attention` (Q, K, V, O of every layer), a matrix, or the user's glob. */
  group: v.string(),
  parameters: count,
  /** Updates in the window. */
  window: count,
  /** Whether the window's mean update is subtracted. The last value, zero by construction, is then left out. */
  centred: v.boolean(),
  /** The window ends at this checkpoint. */
  lastStep: finite,
  /** Descending. */
  singularValues: numbers,
  /** Of the updates, in order. */
  lengths: numbers,
  /** One-based: argmax s_j/s_{j+1}; the same for j ≤ 10; argmax (s_j/Σs)(s_j/s_{j+1}) for j ≤ 10. */
  kStar: v.object({ ratio: v.optional(count), ratioUpTo10: v.optional(count), weighted: v.optional(count) }),
  /** s_k/s_{k+1} for each of them. */
  gapRatio: v.object({
    ratio: v.optional(finite),
    ratioUpTo10: v.optional(finite),
    weighted: v.optional(finite),
  }),
  /** s₁/s₂; s₁ − s₂, s₂ − s₃, and the same of squares. */
  ratio12: v.optional(finite),
  g12: v.optional(finite),
  g23: v.optional(finite),
  g12Squared: v.optional(finite),
  g23Squared: v.optional(finite),
  /**
   * For v₁, v₂, v₃, if the run's decay is on record (after 2604.07380). An update is the sum of what decay
   * alone does to the weights, d = (γ − 1) θ, and a gradient part g. `gradient`: Σ⟨g, v⟩²/(Σ⟨g, v⟩² + Σ⟨d, v⟩²)
   * over the window's updates. `alignment`: cosine of the two rows of projections. `independent`: the
   * gradient's share for independent directions with the same step lengths.
   */
  split: v.optional(v.object({ gradient: numbers, alignment: numbers, independent: numbers })),
  nulls: v.object({
    /** Independent updates of the same lengths: gaps shrink here too when steps become equally long. */
    independent: v.object({
      draws: count,
      seed: count,
      /** Per singular value. */
      mean: numbers,
      q05: numbers,
      q95: numbers,
      ratio12: v.optional(spread),
      g23: v.optional(spread),
      g23Squared: v.optional(spread),
      /** k* of the draws under each definition; absent in reports of earlier versions. */
      kStar: v.optional(
        v.object({
          ratio: v.optional(spread),
          ratioUpTo10: v.optional(spread),
          weighted: v.optional(spread),
        }),
      ),
    }),
    /**
     * |cos| of the right singular vectors v₁, v₂, … with the weights at the window's end, and its expectation
     * for a random direction.
     */
    decay: v.optional(v.object({ shares: numbers, expected: finite })),
  }),
});
export type UpdateSpectrumEntry = v.InferOutput<typeof updateSpectrumEntrySchema>;

/** Ratio of g23 from the first window to the grok step (2602.16746 v3 table 3, 2604.06256 table 1). */
export const gapDeclineEntrySchema = v.object({
  group: v.string(),
  window: count,
  centred: v.boolean(),
  /** `g23` = s₂ − s₃, `g23Squared` = s₂² − s₃². */
  gap: v.picklist(['g23', 'g23Squared']),
  grokStep: v.optional(finite),
  early: finite,
  late: finite,
  /** Early over late; absent if late is zero. */
  factor: v.optional(finite),
  /** The same ratio for the mean gaps of independent updates with the run's step lengths. */
  independent: v.object({ early: finite, late: finite, factor: v.optional(finite) }),
});
export type GapDeclineEntry = v.InferOutput<typeof gapDeclineEntrySchema>;

export const updateSpectra = section(
  updateSpectrumEntrySchema,
  (e) => `${e.group}|${e.window}|${e.centred}|${e.lastStep}`,
);
export const gapDeclines = section(
  gapDeclineEntrySchema,
  (e) => `${e.group}|${e.window}|${e.centred}|${e.gap}`,
);
