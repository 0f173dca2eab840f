import * as v from 'valibot';
import { analysis } from '../analysis.js';
import { runsBeside } from './runs.js';

/** Runs that lie side by side, or that somebody names. */
export const runs = analysis({
  id: 'runs',
  summary: 'the spectra of other runs of the same model, to be overlaid: those beside it, or --others',
  sections: ['runSpectra', 'curves'],
  needs: 'checkpoint',
  isDefault: false,
  topic: 'runs',
  settings: v.strictObject({ others: v.optional(v.union([v.string(), v.array(v.string())])) }),
  flags: { others: { kind: 'text', value: 'PATHS', help: 'folders of other runs, separated by commas' } },
  weight: ({ plan }) => 2.1e-6 * 4 * plan.costPerCheckpoint * plan.spectraOf.length,
  steps: (run, { others }) => runsBeside(run, others),
});
