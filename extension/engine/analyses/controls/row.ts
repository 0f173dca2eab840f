import { analysis } from '../analysis.js';
import { seriesControls } from './seriesControls.js';

export const controls = analysis({
  id: 'controls',
  summary: 'the end rebuilt from a random walk, early components and random directions',
  sections: ['controls'],
  needs: 'model',
  isDefault: false,
  topic: 'reconstruction',
  weight: ({ survey }) => 2e-3 * survey.parameters * survey.checkpoints.length,
  steps: async function* ({ request, signal, emit }) {
    emit({ controls: yield* seriesControls(request, signal) });
  },
});
