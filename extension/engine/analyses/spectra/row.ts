import { analysis, type AnalysisRun } from '../analysis.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { spectraMs } from '../expectedTime.js';
import { complexSpectraOf } from './complexSpectra.js';
import { spectraOf } from './spectra.js';

async function* allSpectraOf(run: AnalysisRun, indices: readonly number[]): AsyncGenerator<TaskStep, void> {
  yield* spectraOf(run, indices);
  yield* complexSpectraOf(run, indices);
}

/** The last checkpoint's alone come first: they are what the overview shows. */
export const lastSpectra = analysis({
  id: 'spectra',
  summary: 'singular values, ranks and their nulls at the last checkpoint',
  sections: ['spectra'],
  needs: 'checkpoint',
  isDefault: true,
  topic: 'spectra',
  weight: (run) => spectraMs(run, run.plan.spectraOf.slice(0, 1)),
  steps: (run) => allSpectraOf(run, run.plan.spectraOf.slice(0, 1)),
});

export const otherSpectra = analysis({
  id: 'spectra-over-steps',
  summary: 'the same at the other checkpoints, of weights and of changes from the first',
  sections: ['spectra'],
  needs: 'series',
  isDefault: true,
  topic: 'spectra',
  weight: (run) => spectraMs(run, run.plan.spectraOf.slice(1)),
  steps: (run) => allSpectraOf(run, run.plan.spectraOf.slice(1)),
});
