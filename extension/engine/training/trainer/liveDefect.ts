import type { DefectMetrics, LiveDefect } from '../../../contract/curvature.js';
import type { ModelDescriptor } from '../../../contract/descriptor.js';
import { median } from '../../../contract/median.js';
import { sampleAt } from '../../evaluation/commutatorSample.js';
import { drawnBatches } from '../../evaluation/drawnBatches.js';
import { openModelSession } from '../../evaluation/modelSession.js';
import type { Floats } from '../run/trainerState.js';

export interface OpenLiveDefect {
  /** @throws GeometryError as running a graph does. */
  measure(weights: Floats): Promise<DefectMetrics>;
  dispose(): Promise<void>;
}

/**
 * The commutator defect of a run during training (2602.16746 §3.2). K pairs of batches are drawn once, so that
 * the curve depends on the weights alone and an inspection with the same seed gives the same numbers. Always on
 * the CPU: only float64 distinguishes the defect from rounding.
 */
export const openLiveDefect = (
  descriptor: ModelDescriptor,
  { pairs, batch, seed, precision, eta }: LiveDefect,
  threads: number | undefined,
): OpenLiveDefect => {
  const session = openModelSession(descriptor, {
    dtype: precision,
    ...(threads === undefined ? {} : { threads }),
  });
  const drawn = drawnBatches(session.pairs('train').a.length, { count: pairs, size: batch, seed });
  return {
    measure: async (weights) => {
      const samples: DefectMetrics['samples'] = [];
      for (const pair of drawn) {
        const { gradientA, gradientB, delta, defect } = await sampleAt(session, weights, pair, {
          precision,
          eta,
        });
        samples.push({ gradientA, gradientB, delta, defect });
      }
      return { precision, eta, median: median(samples.map(({ defect }) => defect)), samples };
    },
    dispose: () => session.dispose(),
  };
};
