import { analysis } from '../analysis.js';
import { headsOf } from './heads.js';

export const attention = analysis({
  id: 'attention',
  summary: 'spectra of W_Qᵀ W_K and W_O W_V of every head at the last checkpoint, grouped queries included',
  sections: ['attentionHeads'],
  needs: 'checkpoint',
  isDefault: false,
  topic: 'attention',
  weight: ({ plan }) => 2.1e-6 * plan.costPerCheckpoint,
  steps: headsOf,
});
