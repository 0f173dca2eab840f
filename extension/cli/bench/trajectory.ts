import type { Bench } from './bench.js';

/** Trajectory PCA of a series larger than memory, beside reading the same bytes once. */
export const trajectoryBench: Bench = {
  name: 'trajectory',
  summary: 'the trajectory of 20 checkpoints × 200 MB beside reading the same bytes once',
  run: () => Promise.resolve([]),
};
