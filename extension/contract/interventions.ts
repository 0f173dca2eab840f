import * as v from 'valibot';

/** Changes of a run's training (2602.16746, section on interventions): a list, applied in its order. */
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const wholePositive = v.pipe(v.number(), v.integer(), v.minValue(1));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Steps at which an intervention acts: from the one after `from` on, to `until` where there is one. */
const timing = { from: v.optional(whole, 500), until: v.optional(wholePositive) };

/** A subspace of the parameters: the execution basis of a finished run, or as many random directions. */
export const basisSchema = v.variant('kind', [
  v.object({
    kind: v.literal('execution'),
    /** Folder of the run whose path spans it; relative: to the folder of the run that is changed. */
    run: v.pipe(v.string(), v.minLength(1), v.maxLength(4000)),
    /** Components of each attention matrix. */
    components: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)), 2),
  }),
  v.object({
    kind: v.literal('random'),
    dimension: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)), 16),
    seed: v.optional(whole, 1),
  }),
]);
export type BasisChoice = v.InferOutput<typeof basisSchema>;

export const interventionSchema = v.variant('kind', [
  v.object({
    kind: v.literal('suppress'),
    /** Which part of the gradient is multiplied by 1 − strength: across the basis, or along it. */
    part: v.optional(v.picklist(['transverse', 'parallel']), 'transverse'),
    strength: share,
    basis: basisSchema,
    ...timing,
  }),
  v.object({
    kind: v.literal('kick'),
    /** Along δ of the pair of batches with the median defect, along its part across the basis, or at random. */
    along: v.optional(v.picklist(['defect', 'transverse-defect', 'random']), 'defect'),
    every: v.optional(wholePositive, 50),
    /** Length in multiples of ‖η g_A‖, … */
    alpha: v.optional(positive, 100),
    /** … or fixed, where given. */
    length: v.optional(positive),
    /** For `transverse-defect`. */
    basis: v.optional(basisSchema),
    pairs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 5),
    batch: v.optional(wholePositive, 512),
    eta: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1e-3),
    seed: v.optional(whole, 1),
    ...timing,
  }),
  v.object({
    kind: v.literal('penalty'),
    /** λ of a step of SGD on λ/2 ‖x‖², x the part of θ − θ_0 across the basis, or along it. */
    lambda: v.optional(positive, 0.5),
    part: v.optional(v.picklist(['transverse', 'parallel']), 'transverse'),
    every: v.optional(wholePositive, 10),
    basis: basisSchema,
    ...timing,
  }),
  v.object({
    kind: v.literal('noise'),
    /** Root mean square length of a Gaussian vector that is added to the weights. */
    length: v.optional(positive, 0.1),
    every: v.optional(wholePositive, 50),
    /** Its part in this basis is left out. */
    basis: v.optional(basisSchema),
    seed: v.optional(whole, 1),
    ...timing,
  }),
]);
export type Intervention = v.InferOutput<typeof interventionSchema>;
export type InterventionKind = Intervention['kind'];

/** A basis as a run used it, for `run.json`. */
export const usedBasisSchema = v.object({
  /** Place in the configuration's list of interventions, from 0. */
  intervention: whole,
  dimension: wholePositive,
  /** Of its directions, float64, one after the other. */
  sha256: v.string(),
});
export type UsedBasis = v.InferOutput<typeof usedBasisSchema>;
