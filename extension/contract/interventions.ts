import * as v from 'valibot';

/** Changes to a run's training (2602.16746, section on interventions), applied in list order. */
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const wholePositive = v.pipe(v.number(), v.integer(), v.minValue(1));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** Active steps: after `from`, up to and including `until` if it is given. */
const timing = { from: v.optional(whole, 500), until: v.optional(wholePositive) };

/**
 * A subspace of the parameters: the execution basis of a finished run, or as many random
 * directions.
 */
export const basisSchema = v.variant('kind', [
  v.object({
    kind: v.literal('execution'),
    /** Folder of the run whose trajectory spans it; relative to the folder of the changed run. */
    run: v.pipe(v.string(), v.minLength(1), v.maxLength(4000)),
    /** Components per attention matrix. */
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
    /**
     * The part of the gradient that is multiplied by 1 − strength: orthogonal to the basis, or in
     * it.
     */
    part: v.optional(v.picklist(['transverse', 'parallel']), 'transverse'),
    strength: share,
    basis: basisSchema,
    ...timing,
  }),
  v.object({
    kind: v.literal('kick'),
    /**
     * Along δ of the pair of batches with the median defect, along the part of δ orthogonal to the
     * basis, or at random.
     */
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
    /**
     * λ of an SGD step on λ/2 ‖x‖², where x is the part of θ − θ_0 orthogonal to the basis, or in
     * it.
     */
    lambda: v.optional(positive, 0.5),
    part: v.optional(v.picklist(['transverse', 'parallel']), 'transverse'),
    every: v.optional(wholePositive, 10),
    basis: basisSchema,
    ...timing,
  }),
  v.object({
    kind: v.literal('noise'),
    /** Root mean square length of the Gaussian vector that is added to the weights. */
    length: v.optional(positive, 0.1),
    every: v.optional(wholePositive, 50),
    /** Basis whose component is left out of the vector. */
    basis: v.optional(basisSchema),
    seed: v.optional(whole, 1),
    ...timing,
  }),
]);
export type Intervention = v.InferOutput<typeof interventionSchema>;
export type InterventionKind = Intervention['kind'];

/** A basis as used by a run, for `run.json`. */
export const usedBasisSchema = v.object({
  /** Zero-based index in the configuration's list of interventions. */
  intervention: whole,
  dimension: wholePositive,
  /** SHA-256 of its directions, float64, concatenated. */
  sha256: v.string(),
});
export type UsedBasis = v.InferOutput<typeof usedBasisSchema>;
