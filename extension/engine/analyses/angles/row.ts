import { anglesMs } from '../expectedTime.js';
import { analysis } from '../analysis.js';
import { anglesOf } from './angles.js';
import { angleDraws } from '../workPolicy.js';

export const angles = analysis({
  id: 'angles',
  summary: 'principal angles between leading singular subspaces of neighbouring checkpoints',
  sections: ['principalAngles'],
  needs: 'series',
  isDefault: true,
  topic: 'spectra',
  weight: ({ plan }) =>
    (plan.anglesOf.length + angleDraws * plan.angleNullsOf.size) *
    plan.matrices.filter((spec) => !plan.estimated.has(spec)).reduce((sum, spec) => sum + anglesMs(spec), 0),
  steps: anglesOf,
});
