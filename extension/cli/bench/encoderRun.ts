import type { RunConfig, RunConfigInput } from '../../contract/run.js';
import { parseRunConfig } from '../../engine/training/runConfig.js';

export interface EncoderSize {
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly heads: number;
  readonly dFf: number;
}

/** Addition on the papers' encoder in a given size, as benchmarks train it. */
export const encoderRun = (
  { prime, d, layers, heads, dFf }: EncoderSize,
  more: Partial<RunConfigInput>,
): RunConfig =>
  parseRunConfig(
    {
      name: 'bench',
      model: {
        ...{ kind: 'encoder', prime, d, layers, heads, dFf },
        ...{ readout: 'first', norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
      },
      data: {
        tasks: ['add'],
        split: { method: 'python-random-shuffle', seed: 42, trainFraction: 0.5, firstToken: 0 },
      },
      clipNorm: 1,
      ...more,
    },
    'The benchmark',
  );
