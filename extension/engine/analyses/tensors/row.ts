import { analysis } from '../analysis.js';
import { distributionsOf } from './distributions.js';

/** First: it shows the whole file for one reading of it, which takes ten seconds for a billion numbers. */
export const tensors = analysis({
  id: 'tensors',
  summary: 'mean, spread, extremes, zeros, NaN and histogram of every tensor of the last checkpoint',
  sections: ['distributions', 'tensors'],
  needs: 'checkpoint',
  isDefault: true,
  topic: 'overview',
  takesTurns: true,
  weight: ({ survey }) => 60 + 1e-5 * survey.parameters,
  steps: distributionsOf,
});
