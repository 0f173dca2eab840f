import * as v from 'valibot';
import { analysis } from '../analysis.js';
import { oneMatrixFlags, oneMatrixSettings } from '../oneMatrix.js';
import { detailOf } from './detail.js';

/** For one matrix, on request. */
export const matrix = analysis({
  id: 'matrix',
  summary: 'one matrix itself: entries in blocks, rows and columns by norm, leading singular vectors',
  sections: ['matrixDetails'],
  needs: 'checkpoint',
  isDefault: false,
  topic: 'spectra',
  settings: v.strictObject(oneMatrixSettings),
  flags: oneMatrixFlags,
  weight: ({ plan }) => (2.1e-5 * plan.costPerCheckpoint) / Math.max(1, plan.matrices.length),
  steps: detailOf,
});
