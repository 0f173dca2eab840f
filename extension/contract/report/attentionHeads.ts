import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';
import { statisticNullSchema } from './spectra.js';

/** `QK`: W_Qᵀ·W_K of one head, by which tokens look at each other; `OV`: W_O·W_V, by which they change each other. */
export const attentionProducts = ['QK', 'OV'] as const;
export type AttentionProduct = (typeof attentionProducts)[number];

const statistics = { spectralNorm: finite, frobeniusNorm: finite, stableRank: finite, effectiveRank: finite };

/** The product of two matrices of one head, without scale, biases, norms and positions. */
export const attentionHeadSchema = v.object({
  step: finite,
  stack: v.string(),
  layer: count,
  head: count,
  /** The head of keys and values that it shares, where queries are grouped. */
  group: v.optional(count),
  product: v.picklist(attentionProducts),
  headSize: count,
  /** As many as the head's size. */
  singularValues: numbers,
  ...statistics,
  /** The same of the two factors with their entries in another order. */
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
