import * as v from 'valibot';
import { analysis, type AnalysisRun } from '../analysis.js';
import { msOf, spectraMs } from '../expectedTime.js';
import { always } from './results.js';
import { filesOfRuns, runsBeside } from './runs.js';

/** The number of other runs is known only after the search. */
const expectedRuns = 2;

/** The cost of the inspected run itself. */
const oneRunMs = (run: AnalysisRun): number =>
  spectraMs(run, run.plan.spectraOf) +
  (run.survey.checkpoints.length > 1 ? always.reduce((sum, { parts }) => sum + msOf(parts(run, {})), 0) : 0);

/** Runs in the same folder, or named by the user. */
export const runs = analysis({
  id: 'runs',
  summary: 'other runs of the same model, to be overlaid on every page: those beside it, or --others',
  sections: ['runSpectra', 'runResults', 'curves'],
  needs: 'checkpoint',
  isDefault: false,
  isLast: true,
  topic: 'runs',
  settings: v.strictObject({ others: v.optional(v.union([v.string(), v.array(v.string())])) }),
  flags: { others: { kind: 'text', value: 'PATHS', help: 'folders of other runs, separated by commas' } },
  files: ({ others }, signal, inspected) => filesOfRuns(inspected, others, signal),
  weight: (run) => expectedRuns * oneRunMs(run),
  steps: (run, { others }) => runsBeside(run, others),
});
