import * as v from 'valibot';
import { analysis, type AnalysisRun } from '../analysis.js';
import { matrixKey } from '../../geometry/matrices.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { shared, spectraMs } from '../expectedTime.js';
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
    matrix: v.string(),
    step: v.optional(v.number()),
    of: v.optional(v.picklist(['weights', 'change']), 'weights'),
  }),
  flags: {
    matrix: {
      kind: 'text',
      value: 'NAME',
      help: 'the tensor, NAME#Q for a part of a fused one',
      isRequired: true,
    },
    step: { kind: 'number', value: 'STEP', help: 'the checkpoint that is looked at (else the last)' },
    of: { kind: 'text', value: 'WHAT', help: 'weights (default), or change: since the first checkpoint' },
  },
  weight: ({ survey }, { matrix }) =>
    2.1e-6 *
    Math.max(0, ...survey.matrices.filter((one) => matrixKey(one) === matrix).map(decompositionCost)),
  steps: exactSpectrumOf,
});
