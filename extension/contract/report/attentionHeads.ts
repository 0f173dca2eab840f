import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';
import { statisticNullSchema } from './spectra.js';

/**
 * `QK`: W_Qᵀ·W_K of one head, which tokens attend to which. `OV`: W_O·W_V, how they change each
 * other.
 */
export const attentionProducts = ['QK', 'OV'] as const;
export type AttentionProduct = (typeof attentionProducts)[number];

const statistics = { spectralNorm: finite, frobeniusNorm: finite, stableRank: finite, effectiveRank: finite };

/** The product of two matrices of one head. Scale, biases, norms and positions are left out. */
export const attentionHeadSchema = v.object({
  step: finite,
  stack: v.string(),
  layer: count,
  head: count,
  /** Index of the shared key/value head, for grouped queries. */
  group: v.optional(count),
  product: v.picklist(attentionProducts),
  headSize: count,
  /** At most the head's size. */
  singularValues: numbers,
  ...statistics,
  /** The same product for the two factors with shuffled entries. */
  nulls: v.optional(
    v.object({
      draws: count,
      singularValues: numbers,
      ...v.entriesFromList(
        ['spectralNorm', 'frobeniusNorm', 'stableRank', 'effectiveRank'],
        statisticNullSchema,
      ),
    }),
  ),
});
export type AttentionHead = v.InferOutput<typeof attentionHeadSchema>;

export const attentionHeads = section(
  attentionHeadSchema,
  (e) => `${e.step}|${e.stack}|${e.layer}|${e.head}|${e.product}`,
);
