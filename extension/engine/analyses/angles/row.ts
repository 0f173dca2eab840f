import { analysis } from '../analysis.js';
import { anglesOf } from './angles.js';

export const angles = analysis({
  id: 'angles',
  summary: 'principal angles between leading singular subspaces of neighbouring checkpoints',
  sections: ['principalAngles'],
  needs: 'series',
  isDefault: true,
  topic: 'spectra',
  weight: ({ plan }) => 10 * plan.costPerCheckpoint * plan.anglesOf.length,
  steps: anglesOf,
});
