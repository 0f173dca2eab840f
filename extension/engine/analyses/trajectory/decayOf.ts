import { fittedDecay, sharesOf, type DecayShares, type StartProducts } from '../../geometry/decayNull.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';

/** What decay leaves at each checkpoint, and who says so. */
export interface Decay extends DecayShares {
  readonly origin: 'record' | 'fitted';
  readonly path?: string;
}

interface DecayingPath {
  readonly steps: readonly number[];
  /** Of the rows θ_t − θ_0. */
  readonly start: StartProducts;
  /** Rate and decay as recorded; decay is fitted without. */
  readonly training?: TrainingRecord;
}

/** As the run's record has it, else fitted; undefined where nothing decays, or the start is too large to square. */
export const decayOf = ({ steps, start, training }: DecayingPath): Decay | undefined => {
  if (!Number.isFinite(start.squared)) return undefined;
  if (training === undefined) {
    const kept = fittedDecay(start);
    return kept && { ...sharesOf(kept), origin: 'fitted' };
  }
  const [first] = steps;
  const kept = steps.map((step) => training.keptBetween(first!, step));
  if (!(kept.at(-1)! < 1)) return undefined;
  const between = steps.slice(1).map((step, t) => training.keptBetween(steps[t]!, step));
  return { kept, between, origin: 'record', path: training.path };
};
