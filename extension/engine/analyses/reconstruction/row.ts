import { analysis, type Analysis } from '../analysis.js';
import { jointReconstruction, perMatrixReconstruction } from './reconstructions.js';

const shared = {
  sections: ['reconstructions'],
  needs: 'series',
  isDefault: true,
  topic: 'reconstruction',
  weight: ({ plan }) => plan.costPerCheckpoint,
} as const satisfies Partial<Analysis>;

export const perMatrixReconstructions = analysis({
  ...shared,
  id: 'per-matrix-reconstruction',
  summary: 'each trunk matrix with its change truncated to rank r: energy, error, accuracy',
  steps: perMatrixReconstruction,
});

export const jointReconstructions = analysis({
  ...shared,
  id: 'joint-reconstruction',
  summary: 'the changes of all trunk matrices, stacked as rows and truncated together',
  steps: jointReconstruction,
});
