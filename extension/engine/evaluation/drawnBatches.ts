import { batchesOf } from '../models/tasks/batches.js';
import type { BatchPair } from './commutatorSample.js';

/** `count` pairs of independent batches, drawn with replacement. */
export const drawnBatches = (
  trainingPairs: number,
  { count, size, seed }: { readonly count: number; readonly size: number; readonly seed: number },
): BatchPair[] => {
  const draws = batchesOf(trainingPairs, size, seed);
  const batch = (step: number): Int32Array => {
    const drawn = new Int32Array(size);
    draws.fill(step, drawn, 0);
    return drawn;
  };
  return Array.from({ length: count }, (_, k) => [batch(2 * k), batch(2 * k + 1)]);
};
