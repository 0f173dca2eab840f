import { fittedDecay, type StartProducts } from '../../geometry/decayNull.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';

/** The share of θ_0 that decay leaves at each checkpoint. */
export interface Decay {
  readonly kept: readonly number[];
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

/** As the run's record has it, else fitted; undefined where nothing decays. */
export const decayOf = ({ steps, start, training }: DecayingPath): Decay | undefined => {
  if (training === undefined) {
    const kept = fittedDecay(start);
    return kept && { kept, origin: 'fitted' };
  }
  const first = training.keptAfter(steps[0]!);
  const kept = steps.map((step) => training.keptAfter(step) / first);
  if (!(kept.at(-1)! < 1)) return undefined;
  return { kept, origin: 'record', path: training.path };
};
