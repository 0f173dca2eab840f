import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

export const modeBasisNames = ['a+b', 'a-b', 'ab', 'a2+b2', 'dlog'] as const;
export type ModeBasisName = (typeof modeBasisNames)[number];

/** Absent where values do not vary over the residues. */
const ofBases = <S extends v.GenericSchema>(schema: S) =>
  v.partial(v.object({ 'a+b': schema, 'a-b': schema, ab: schema, 'a2+b2': schema, dlog: schema }));

/** What a small step along one direction does to the hidden states of the test pairs (2604.06256 §4.3). */
export const modeEntrySchema = v.object({
  step: finite,
  /**
   * `v1`, `v2`, … of the centred window that ends at the step; sums such as `v1+v2`; `v1-radial` without its part along the
   * weights; `radial`, the weights themselves; `random101`, … random directions.
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
      /** Residues without a pair at the mean of the others, power at half the modulus halved. */
      concentrationFixed: finite,
      peakFixed: count,
      /** P(g > concentrationFixed) of Fisher's g: what independent group means of equal variance would reach. */
      fisherP: finite,
      /** Of the same values over pairs in random order, published recipe; for the leading directions. */
      permutations: v.optional(v.object({ draws: count, mean: finite, q95: finite, q99: finite })),
      /** Mean f per residue; a residue without a pair is left out of both lists. For v1, v2, … with sign 1. */
      residues: v.optional(numbers),
      means: v.optional(numbers),
    }),
  ),
});
export type ModeEntry = v.InferOutput<typeof modeEntrySchema>;

/** What concentrations are held against at a step. */
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

/** Ridge regression of a mode on features of the pair: in sample every feature helps, random ones too. */
export const modeRidgeEntrySchema = v.object({
  step: finite,
  direction: v.string(),
  /** f, or all coordinates of δh. */
  target: v.picklist(['scalar', 'dh']),
  features: v.picklist(['add', 'mul', 'both', 'both+cross']),
  count,
  rows: count,
  inSample: finite,
  /** Five folds; below 0: worse than the mean. */
  heldOut: finite,
});
export type ModeRidgeEntry = v.InferOutput<typeof modeRidgeEntrySchema>;

/** A mode over the plane of pairs. */
export const modeMapEntrySchema = v.object({
  step: finite,
  direction: v.string(),
  prime: count,
  /** a · prime + b of the test pairs, ascending, and f there; the others are trained on. */
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
