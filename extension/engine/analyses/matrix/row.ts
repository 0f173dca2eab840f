import * as v from 'valibot';
import { analysis } from '../analysis.js';
import { detailOf } from './detail.js';

/** For one matrix, on request. */
export const matrix = analysis({
  id: 'matrix',
  summary: 'one matrix itself: entries in blocks, rows and columns by norm, leading singular vectors',
  sections: ['matrixDetails'],
  needs: 'checkpoint',
  isDefault: false,
  topic: 'spectra',
  settings: v.strictObject({ matrix: v.string(), step: v.optional(v.number()) }),
  flags: {
    matrix: {
      kind: 'text',
      value: 'NAME',
      help: 'the tensor, NAME#Q for a part of a fused one',
      isRequired: true,
    },
    step: { kind: 'number', value: 'STEP', help: 'the checkpoint that is looked at (else the last)' },
  },
  weight: ({ plan }) => (2.1e-5 * plan.costPerCheckpoint) / Math.max(1, plan.matrices.length),
  steps: detailOf,
});
