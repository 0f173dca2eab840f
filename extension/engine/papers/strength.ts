import type { RegulariserName, SweepCell } from '../../contract/report.js';
import type { RunConfig } from '../../contract/run.js';

export const regulariserOfConfig = ({
  weightDecay,
  lowRankDecay,
  decayedParameters,
}: RunConfig): RegulariserName => {
  if (lowRankDecay === undefined || lowRankDecay.lambda === 0) return weightDecay > 0 ? 'l2' : 'none';
  return weightDecay > 0 && decayedParameters !== 'outside-low-rank' ? 'both' : 'low-rank';
};

/**
 * How strongly a configuration shrinks a matrix: λ, and the share of its Frobenius norm that a step removes.
 * With the Frobenius factor Low-Rank Decay removes η λ, as L2 does; without it the share depends on the weights
 * and is absent.
 */
export const strengthOfConfig = (config: RunConfig): SweepCell['strength'] => {
  const { learningRate, weightDecay, lowRankDecay } = config;
  const regulariser = regulariserOfConfig(config);
  if (regulariser === 'none') return undefined;
  const l2 = regulariser === 'low-rank' ? 0 : weightDecay;
  if (lowRankDecay === undefined || regulariser === 'l2')
    return { label: weightDecay, perStep: learningRate * l2 };
  const { lambda, frobeniusFactor, learningRateFactor } = lowRankDecay;
  const lowRank = (learningRateFactor ? learningRate : 1) * lambda;
  return { label: lambda, ...(frobeniusFactor ? { perStep: lowRank + learningRate * l2 } : {}) };
};
