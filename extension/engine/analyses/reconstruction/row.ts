import { analysis, type Analysis } from '../analysis.js';
import { jointParts, perMatrixParts } from './cost.js';
import { jointReconstruction, perMatrixReconstruction } from './reconstructions.js';

const shared = {
  sections: ['reconstructions'],
  needs: 'series',
  isDefault: true,
  topic: 'reconstruction',
} as const satisfies Partial<Analysis>;

export const perMatrixReconstructions = analysis({
  ...shared,
  id: 'per-matrix-reconstruction',
  weight: perMatrixParts,
  summary: 'each trunk matrix with its change truncated to rank r: energy, error, accuracy',
  steps: perMatrixReconstruction,
});

export const jointReconstructions = analysis({
  ...shared,
  id: 'joint-reconstruction',
  weight: jointParts,
  summary: 'the changes of all trunk matrices, stacked as rows and truncated together',
  steps: jointReconstruction,
});
