import type { LowRankScheduleName } from '../../../contract/optimiser.js';
import type { RunConfig } from '../../../contract/run.js';
import type { LowRankProgress } from '../run/trainerState.js';

/** The input of a schedule from an evaluation. */
export interface EvaluatedDecay {
  readonly step: number;
  /** Lowest over tasks. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Mean stable rank of the decayed matrices; measured only for a schedule that needs it. */
  readonly stableRank?: number;
}

interface LowRankSchedule {
  /** Its text in `run.json`. */
  readonly formula: (config: RunConfig) => string;
  /** Factor of the decay at a step, counted from 1. */
  readonly factor: (step: number, config: RunConfig, progress: LowRankProgress) => number;
  /** The state after an evaluation; the same object if nothing changes. */
  readonly learn?: (
    progress: LowRankProgress,
    evaluated: EvaluatedDecay,
    config: RunConfig,
  ) => LowRankProgress;
  readonly needsRank?: true;
}

/** Weight of the older values in the running mean of the stable rank. */
const EMA = 0.9;
const [LEAST, MOST] = [0.1, 1];

const isOn = (condition: boolean): number => (condition ? 1 : 0);

/** Every schedule of Low-Rank Decay (2606.04405 and the authors' code name them; a constant one is the paper's). */
export const lowRankSchedules: Readonly<Record<LowRankScheduleName, LowRankSchedule>> = {
  constant: { formula: () => 'g = 1', factor: () => 1 },
  'after-warm-up': {
    formula: ({ warmupSteps }) => `g = 1 after step ${warmupSteps}, 0 before`,
    factor: (step, { warmupSteps }) => isOn(step > warmupSteps),
  },
  'from-memorisation': {
    formula: ({ lowRankDecay }) =>
      `g = 1 from the first evaluation with training accuracy ≥ ${lowRankDecay!.memorised}, 0 before`,
    factor: (_step, _config, { memorisedStep }) => isOn(memorisedStep !== undefined),
    learn: (progress, { step, trainAccuracy }, { lowRankDecay }) =>
      progress.memorisedStep === undefined && trainAccuracy >= lowRankDecay!.memorised
        ? { ...progress, memorisedStep: step }
        : progress,
  },
  'final-window': {
    formula: ({ lowRankDecay, maxSteps }) =>
      `g = 1 in the last ${lowRankDecay!.window} of ${maxSteps} steps, 0 before`,
    factor: (step, { maxSteps, lowRankDecay }) => isOn(step > maxSteps - lowRankDecay!.window),
  },
  'rank-adaptive': {
    formula: ({ lowRankDecay }) =>
      `g = 1 until the first evaluation with test accuracy ≥ ${lowRankDecay!.adaptFrom}, then g = clip(r/r₀, ${LEAST}, ${MOST}); r = ${EMA} r + ${(1 - EMA).toFixed(1)} (mean stable rank of the decayed matrices) at each evaluation, r₀ that of the first`,
    factor: (_step, _config, { rank, referenceRank }) =>
      rank === undefined || referenceRank === undefined
        ? 1
        : Math.min(MOST, Math.max(LEAST, rank / referenceRank)),
    learn: (progress, { testAccuracy, stableRank }, { lowRankDecay }) => {
      if (stableRank === undefined) return progress;
      if (progress.referenceRank !== undefined) {
        return { ...progress, rank: EMA * progress.rank! + (1 - EMA) * stableRank };
      }
      return testAccuracy >= lowRankDecay!.adaptFrom
        ? { ...progress, rank: stableRank, referenceRank: stableRank }
        : progress;
    },
    needsRank: true,
  },
};

/** c at a step, counted from 1: η λ g, with η = 1 if the learning rate is excluded. */
export const lowRankStrength = (
  config: RunConfig,
  learningRate: (step: number) => number,
): ((step: number, progress: LowRankProgress) => number) => {
  const { lowRankDecay } = config;
  if (lowRankDecay === undefined) return () => 0;
  const { lambda, learningRateFactor, schedule } = lowRankDecay;
  const { factor } = lowRankSchedules[schedule];
  return (step, progress) =>
    lambda * (learningRateFactor ? learningRate(step) : 1) * factor(step, config, progress);
};
