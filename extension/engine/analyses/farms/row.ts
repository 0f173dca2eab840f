import { analysis } from '../analysis.js';
import { farmsOf } from './farms.js';

/** Last: it adds to the entries of the spectra. */
export const farms = analysis({
  id: 'farms',
  summary: 'power-law α of square windows of each matrix, free of its aspect ratio',
  sections: ['spectra'],
  needs: 'checkpoint',
  isDefault: false,
  isLast: true,
  topic: 'spectra',
  weight: ({ plan, settings }) =>
    (0.5 * plan.matrices.length + 2.1e-6 * plan.costPerCheckpoint) *
    plan.spectraOf.length *
    (1 + settings.shuffleDraws),
  steps: farmsOf,
});
