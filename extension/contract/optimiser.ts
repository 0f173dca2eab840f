import * as v from 'valibot';

/**
 * The optimiser options of a run besides AdamW: Low-Rank Decay, Muon, and the matrices that they
 * apply to.
 */
const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const wholePositive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Groups of matrices, and single roles. `blocks`: attention and MLP; `all`: embedding, positions and heads too. */
export const matrixGroups = ['qk', 'attention', 'mlp', 'blocks', 'all'] as const;
export type MatrixGroup = (typeof matrixGroups)[number];

/**
 * A group, or a list of groups and of names: `Q`, `K`, `V`, `O`, a module (`wq`, `w1`, `linear2`), a whole tensor.
 * Names are checked against the model when the run starts.
 */
export const matrixSelectionSchema = v.union(
  [
    v.picklist(matrixGroups),
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(200))), v.minLength(1)),
  ],
  `takes ${matrixGroups.join(', ')}, or a list of names`,
);
export type MatrixSelection = v.InferOutput<typeof matrixSelectionSchema>;

/** When Low-Rank Decay is active. Each is a row of `lowRankSchedules` in the trainer. */
export const lowRankScheduleNames = [
  'constant',
  'after-warm-up',
  'from-memorisation',
  'final-window',
  'rank-adaptive',
] as const;
export type LowRankScheduleName = (typeof lowRankScheduleNames)[number];

/** Low-Rank Decay (2606.04405): after the optimiser's step W := W − η λ f polar(W). */
export const lowRankDecaySchema = v.object({
  /** λ; the default is the authors' code's. */
  lambda: v.optional(nonNegative, 0.1),
  /** Cubic Newton–Schulz iterations K for polar(W), or `exact`: by singular value decomposition, on the CPU. */
  iterations: v.optional(
    v.union(
      [v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)), v.literal('exact')],
      'takes a whole number from 1 to 200, or exact',
    ),
    30,
  ),
  /** f = ‖W‖_F/(‖polar‖_F + eps); without it f = 1. */
  frobeniusFactor: v.optional(v.boolean(), true),
  /** η is the step's learning rate; without it η = 1. */
  learningRateFactor: v.optional(v.boolean(), true),
  matrices: v.optional(matrixSelectionSchema, 'blocks'),
  schedule: v.optional(v.picklist(lowRankScheduleNames), 'constant'),
  /** Number of last steps in which `final-window` decays. */
  window: v.optional(wholePositive, 500),
  /** Training accuracy on every task from which `from-memorisation` decays. */
  memorised: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 0.99),
  /** Test accuracy on every task from which `rank-adaptive` follows the stable rank. */
  adaptFrom: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 0.7),
  /** Added to both norms. */
  eps: v.optional(positive, 1e-7),
});
export type LowRankDecay = v.InferOutput<typeof lowRankDecaySchema>;

/** Muon, as `torch.optim.Muon`: momentum made orthogonal by the quintic Newton–Schulz; AdamW for the other parameters. */
export const muonSchema = v.object({
  /** Learning rate of its matrices; default: the run's. */
  learningRate: v.optional(positive),
  momentum: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0),
      v.check((value) => value < 1, 'must be below 1'),
    ),
    0.95,
  ),
  nesterov: v.optional(v.boolean(), true),
  /** Newton–Schulz iterations with the coefficients 3.4445, −4.775, 2.0315. */
  iterations: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50)), 5),
  /** `original`: √max(1, rows/columns); `match_rms_adamw`: 0.2 √max(rows, columns). */
  adjust: v.optional(v.picklist(['original', 'match_rms_adamw']), 'original'),
  matrices: v.optional(matrixSelectionSchema, 'blocks'),
  eps: v.optional(positive, 1e-7),
});
export type Muon = v.InferOutput<typeof muonSchema>;

/** Spectra of chosen matrices in `metrics.jsonl`. */
export const liveSpectraSchema = v.object({
  /** Steps between two; a line is written at each. */
  every: v.optional(wholePositive, 100),
  matrices: v.optional(matrixSelectionSchema, 'blocks'),
  /** Include all singular values. */
  singularValues: v.optional(v.boolean(), false),
});
export type LiveSpectra = v.InferOutput<typeof liveSpectraSchema>;

const finite = v.pipe(v.number(), v.finite());

/**
 * One matrix in a line of `metrics.jsonl`. Radial: along W, ⟨X, W⟩/‖W‖_F; tangential: the length of
 * the rest. `polar…`: of U Vᵀ, so `polarRadial` is the nuclear norm over the Frobenius norm.
 * `gradientCosine` = ⟨∇L, W⟩/(‖∇L‖‖W‖), for the loss on all training pairs, not clipped. `update…`:
 * of the last step's whole change. `decay…`: of L2 and Low-Rank Decay together, positive towards
 * zero.
 */
export const matrixMetricsSchema = v.object({
  spectralNorm: finite,
  frobeniusNorm: finite,
  nuclearNorm: finite,
  smallest: finite,
  stableRank: v.optional(finite),
  effectiveRank: v.optional(finite),
  polarRadial: finite,
  polarTangential: finite,
  gradientCosine: v.optional(finite),
  gradientRadial: finite,
  gradientTangential: finite,
  updateRadial: v.optional(finite),
  updateTangential: v.optional(finite),
  decayRadial: finite,
  decayTangential: finite,
  singularValues: v.optional(v.array(finite)),
  /** Rows times columns. A random direction has a mean |cos| with W of √(2/(π · numbers)). */
  numbers: v.optional(wholePositive),
  /** The same statistics of the shuffled entries, one seeded draw: the null. */
  shuffled: v.optional(
    v.object({
      spectralNorm: finite,
      polarRadial: finite,
      stableRank: v.optional(finite),
      effectiveRank: v.optional(finite),
    }),
  ),
});
export type MatrixMetrics = v.InferOutput<typeof matrixMetricsSchema>;
