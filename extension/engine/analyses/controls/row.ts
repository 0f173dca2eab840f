import { analysis, type Analysis } from '../analysis.js';
import { seriesControls, seriesWalks } from './seriesControls.js';

/** Limit on the numbers of all checkpoints for walks in every inspection: the model runs in seconds. */
const mostWalked = 4e7;

const shared = {
  ...{ sections: ['controls'], needs: 'model', topic: 'reconstruction' },
  weight: ({ survey }) => 2e-3 * survey.parameters * survey.checkpoints.length,
} as const satisfies Partial<Analysis>;

export const walks = analysis({
  ...shared,
  id: 'walks',
  summary: 'the end of a small model rebuilt from a random walk to it, and from decay with a walk',
  isDefault: true,
  steps: async function* ({ request, survey, signal, emit, evaluate }) {
    // A choice of tensors excludes analyses of the whole model.
    if (evaluate === undefined || request.settings.tensors !== undefined) return;
    if (survey.parameters * survey.checkpoints.length > mostWalked) return;
    emit({ controls: yield* seriesWalks(request, signal) });
  },
});

export const controls = analysis({
  ...shared,
  id: 'controls',
  summary: 'the end rebuilt from early components, random directions, and walks where they are not there yet',
  isDefault: false,
  steps: async function* ({ request, signal, emit, report }) {
    emit({ controls: yield* seriesControls(request, signal) });
    if (report().controls.some(({ kind }) => kind === 'random-walk')) return;
    emit({ controls: yield* seriesWalks(request, signal) });
  },
});
