import type { MatrixSpec } from '../../geometry/matrices.js';
import { anglesMs, keptAnglesMs } from '../expectedTime.js';
import { keptShare } from '../keptVectors.js';
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
  weight: ({ plan, settings }) => {
    const share = keptShare(plan, settings.subspace);
    const own = (spec: MatrixSpec): number => plan.anglesOf.length * keptAnglesMs(spec, share);
    const random = (spec: MatrixSpec): number => angleDraws * plan.angleNullsOf.size * anglesMs(spec);
    return plan.matrices
      .filter((spec) => !plan.estimated.has(spec))
      .reduce((sum, spec) => sum + own(spec) + random(spec), 0);
  },
  steps: anglesOf,
});
