import type { MatrixSelection } from '../../../contract/optimiser.js';
import type { RunConfig } from '../../../contract/run.js';
import { interventionFormulas } from '../interventions/table.js';
import { lowRankSchedules } from './lowRankSchedule.js';

const named = (selection: MatrixSelection): string =>
  typeof selection === 'string' ? selection : selection.join(', ');

const adamW = ({ betas: [beta1, beta2], eps }: RunConfig): string =>
  `AdamW: m := ${beta1} m + ${1 - beta1} G; v := ${beta2} v + ${1 - beta2} G²; W := W − η m̂/(√v̂ + ${eps})`;

const rate = ({ learningRate, warmupSteps }: RunConfig): string =>
  warmupSteps === 0 ? `η = ${learningRate}` : `η = ${learningRate} min(1, t/${warmupSteps}), t from 1`;

const decayed: Readonly<Record<RunConfig['decayedParameters'], string>> = {
  all: 'every parameter',
  matrices: 'matrices only',
  'outside-low-rank': 'all but the whole matrices of Low-Rank Decay',
};

const l2 = ({ weightDecay, decayedParameters }: RunConfig): string =>
  `L2: W := (1 − η λ₂) W before the step, λ₂ = ${weightDecay}, ${decayed[decayedParameters]}`;

const clipping = ({ clipNorm }: RunConfig): string =>
  clipNorm === undefined ? 'G is not clipped' : `G := G min(1, ${clipNorm}/(‖G‖ + 1e-6)), of all parameters`;

const muon = ({ muon: chosen, learningRate }: RunConfig): readonly string[] => {
  if (chosen === undefined) return [];
  const { momentum, nesterov, iterations, adjust, matrices } = chosen;
  const update = nesterov ? `(1 − ${momentum}) G + ${momentum} B` : 'B';
  const scale = adjust === 'original' ? '√max(1, rows/columns)' : '0.2 √max(rows, columns)';
  return [
    `Muon (${named(matrices)}): B := ${momentum} B + (1 − ${momentum}) G; W := (1 − η_M λ₂) W − η_M ${scale} N(${update}), η_M = ${chosen.learningRate ?? learningRate} with η's warm-up; N: ${iterations} quintic Newton–Schulz iterations, X := 3.4445 X + (−4.775 A + 2.0315 A²) X, A = XXᵀ`,
  ];
};

const lowRank = (config: RunConfig): readonly string[] => {
  const { lowRankDecay } = config;
  if (lowRankDecay === undefined) return [];
  const { lambda, iterations, frobeniusFactor, learningRateFactor, matrices, schedule, eps } = lowRankDecay;
  const polar =
    iterations === 'exact'
      ? 'P = U Vᵀ of the singular value decomposition'
      : `P by ${iterations} iterations of X := X (3I − XᵀX)/2 from W/(‖W‖_F + ${eps}), on the smaller side`;
  return [
    `Low-Rank Decay (${named(matrices)}): W := W − ${learningRateFactor ? 'η ' : ''}λ g ${frobeniusFactor ? 'f ' : ''}P after the optimiser's step, λ = ${lambda}`,
    polar,
    ...(frobeniusFactor ? [`f = ‖W‖_F/(‖P‖_F + ${eps})`] : []),
    lowRankSchedules[schedule].formula(config),
  ];
};

/** The conventions of a run's optimiser and decay, one formula each, for `run.json`. G: gradient, t: step. */
export const optimiserFormulas = (config: RunConfig): string[] => [
  rate(config),
  clipping(config),
  l2(config),
  adamW(config),
  ...muon(config),
  ...lowRank(config),
  ...interventionFormulas(config.interventions ?? []),
];
