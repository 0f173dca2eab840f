/** Parameters of decoupled weight decay (AdamW). */
export interface DecayRates {
  readonly learningRate: number;
  /** Length of the linear warm-up to `learningRate`, in steps. */
  readonly warmupSteps: number;
  readonly weightDecay: number;
}

/** Π(1 − η_s λ) over the steps from + 1 … to: the share of the weights that decay alone leaves. */
export const keptByDecay = (
  { learningRate, warmupSteps, weightDecay }: DecayRates,
  from: number,
  to: number,
): number => {
  let kept = 1;
  for (let s = from + 1; s <= Math.min(to, warmupSteps); s++) {
    kept *= 1 - (learningRate * s * weightDecay) / warmupSteps;
  }
  const steady = Math.max(0, to - Math.max(from, warmupSteps));
  return kept * (1 - learningRate * weightDecay) ** steady;
};
