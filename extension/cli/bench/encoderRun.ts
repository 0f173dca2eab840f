import type { RunConfig, RunConfigInput } from '../../contract/run.js';
import { standardAddition, standardEncoder } from '../../contract/standardModel.js';
import { parseRunConfig } from '../../engine/training/runConfig.js';

export interface EncoderSize {
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly heads: number;
  readonly dFf: number;
}

/** Addition on the papers' encoder in a given size, as benchmarks train it. */
export const encoderRun = (size: EncoderSize, more: Partial<RunConfigInput>): RunConfig =>
  parseRunConfig(
    {
      name: 'bench',
      model: { ...standardEncoder, ...size },
      data: standardAddition.data,
      clipNorm: 1,
      ...more,
    },
    'The benchmark',
  );
