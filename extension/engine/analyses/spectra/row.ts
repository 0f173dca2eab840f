import * as v from 'valibot';
import { analysis, type AnalysisRun } from '../analysis.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { shared, spectraMs } from '../expectedTime.js';
import { findMatrix, oneMatrixFlags, oneMatrixSettings } from '../oneMatrix.js';
import { complexSpectraOf } from './complexSpectra.js';
import { exactSpectrumOf } from './exact.js';
import { decompositionCost } from '../workPolicy.js';
import { spectraOf } from './spectra.js';

async function* allSpectraOf(run: AnalysisRun, indices: readonly number[]): AsyncGenerator<TaskStep, void> {
  yield* spectraOf(run, indices);
  yield* complexSpectraOf(run, indices);
}

/** The last checkpoint alone comes first: the overview shows it. */
export const lastSpectra = analysis({
  id: 'spectra',
  summary: 'singular values, ranks and their nulls at the last checkpoint',
  sections: ['spectra'],
  needs: 'checkpoint',
  isDefault: true,
  topic: 'spectra',
  weight: (run) => [shared('decompositions', spectraMs(run, run.plan.spectraOf.slice(0, 1)))],
  steps: (run) => allSpectraOf(run, run.plan.spectraOf.slice(0, 1)),
});

export const otherSpectra = analysis({
  id: 'spectra-over-steps',
  summary: 'the same at the other checkpoints, of weights and of changes from the first',
  sections: ['spectra'],
  needs: 'series',
  isDefault: true,
  topic: 'spectra',
  weight: (run) => [shared('decompositions', spectraMs(run, run.plan.spectraOf.slice(1)))],
  steps: (run) => allSpectraOf(run, run.plan.spectraOf.slice(1)),
});

/** For one matrix, where its estimate is not enough. */
export const exactSpectra = analysis({
  id: 'exact',
  summary: 'the spectrum of one matrix exactly, where it was estimated',
  sections: ['spectra'],
  needs: 'checkpoint',
  isDefault: false,
  topic: 'spectra',
  settings: v.strictObject({
    ...oneMatrixSettings,
    of: v.optional(v.picklist(['weights', 'change']), 'weights'),
  }),
  flags: {
    ...oneMatrixFlags,
    of: { kind: 'text', value: 'WHAT', help: 'weights (default), or change: since the first checkpoint' },
  },
  weight: (run, { matrix }) => {
    const spec = findMatrix(run, matrix);
    return spec === undefined ? 0 : 2.1e-6 * decompositionCost(spec);
  },
  steps: exactSpectrumOf,
});
