import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

export const modeBasisNames = ['a+b', 'a-b', 'ab', 'a2+b2', 'dlog'] as const;
export type ModeBasisName = (typeof modeBasisNames)[number];

/** Absent if the values do not vary over the residues. */
const ofBases = <S extends v.GenericSchema>(schema: S) =>
  v.partial(v.object({ 'a+b': schema, 'a-b': schema, ab: schema, 'a2+b2': schema, dlog: schema }));

/** The effect of a small step along one direction on the hidden states of the test pairs (2604.06256 §4.3). */
export const modeEntrySchema = v.object({
  step: finite,
  /**
   * `v1`, `v2`, …: directions of the centred window that ends at the step; sums such as `v1+v2`; `v1-radial`:
   * v1 without its component along the weights; `radial`: the weights; `random101`, …: random directions.
   */
  direction: v.string(),
  sign: v.picklist([1, -1]),
  /** Length of the step: .005 times that of the attention weights. */
  eps: finite,
  /** Cosine of the direction with the weights. */
  radial: finite,
  /** Of f = ‖h(θ ± εv) − h(θ)‖² over the pairs, and its standard deviation. */
  mean: finite,
  sd: finite,
  bases: ofBases(
    v.object({
      /** Largest power over the sum of powers of the group means, and its frequency. */
      concentration: finite,
      peak: count,
      /** A residue without a pair takes the mean of the others; the power at half the modulus is halved. */
      concentrationFixed: finite,
      peakFixed: count,
      /**
       * P(g > concentrationFixed) of Fisher's g: the p-value under independent group means of equal variance.
       */
      fisherP: finite,
      /** The same for the values over pairs in random order, published recipe; leading directions only. */
      permutations: v.optional(v.object({ draws: count, mean: finite, q95: finite, q99: finite })),
      /** Mean f per residue; residues without a pair are left out of both lists. v1, v2, … with sign 1 only. */
      residues: v.optional(numbers),
      means: v.optional(numbers),
    }),
  ),
});
export type ModeEntry = v.InferOutput<typeof modeEntrySchema>;

/** The nulls of the concentrations at a step. */
export const modeNullsEntrySchema = v.object({
  step: finite,
  prime: count,
  pairs: count,
  bases: ofBases(
    v.object({
      bins: count,
      /** Exact for an odd number of residues. */
      fisher: v.object({ mean: finite, q95: finite, q99: finite }),
      /** Published and fixed recipe over the random directions. */
      random: v.object({ draws: count, mean: finite, max: finite, meanFixed: finite, maxFixed: finite }),
      /** Residues without a pair. */
      empty: count,
    }),
  ),
});
export type ModeNullsEntry = v.InferOutput<typeof modeNullsEntrySchema>;

/** Ridge regression of a mode on features of the pair. In sample, random features help too. */
export const modeRidgeEntrySchema = v.object({
  step: finite,
  direction: v.string(),
  /** f, or all coordinates of δh. */
  target: v.picklist(['scalar', 'dh']),
  features: v.picklist(['add', 'mul', 'both', 'both+cross']),
  count,
  rows: count,
  inSample: finite,
  /** Five folds; below 0: worse than predicting the mean. */
  heldOut: finite,
});
export type ModeRidgeEntry = v.InferOutput<typeof modeRidgeEntrySchema>;

/** A mode over the plane of pairs. */
export const modeMapEntrySchema = v.object({
  step: finite,
  direction: v.string(),
  prime: count,
  /** a · prime + b of the test pairs, ascending, and f at each; the other pairs are trained on. */
  cells: numbers,
  values: numbers,
  /** Strongest frequencies of the 2-D Fourier transform: (w, w) is a function of a + b, (w, p − w) one of a − b. */
  peaks: v.array(v.object({ wa: count, wb: count, share: finite })),
});
export type ModeMapEntry = v.InferOutput<typeof modeMapEntrySchema>;

export const modes = section(modeEntrySchema, (e) => `${e.step}|${e.direction}|${e.sign}`);
export const modeNulls = section(modeNullsEntrySchema, (e) => String(e.step));
export const modeRidge = section(
  modeRidgeEntrySchema,
  (e) => `${e.step}|${e.direction}|${e.target}|${e.features}`,
);
export const modeMaps = section(modeMapEntrySchema, (e) => `${e.step}|${e.direction}`);
