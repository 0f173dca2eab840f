import { analysis, type Analysis } from '../analysis.js';
import { jointCost, ofAllSubjects, perMatrixCost } from './cost.js';
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
  weight: (run) => ofAllSubjects(perMatrixCost(run)),
  summary: 'each trunk matrix with its change truncated to rank r: energy, error, accuracy',
  steps: perMatrixReconstruction,
});

export const jointReconstructions = analysis({
  ...shared,
  id: 'joint-reconstruction',
  weight: (run) => ofAllSubjects(jointCost(run)),
  summary: 'the changes of all trunk matrices, stacked as rows and truncated together',
  steps: jointReconstruction,
});
