import * as v from 'valibot';
import { analysis } from '../analysis.js';
import { comparisonOf, filesAt } from './compare.js';

/** The other checkpoint: a base model, another seed, another step, the model of an adapter. */
export const compare = analysis({
  id: 'compare',
  summary:
    'how each matrix differs from that of another checkpoint: distance, rank, angles, intruder dimensions',
  sections: ['comparisons', 'comparisonSummaries'],
  needs: 'checkpoint',
  isDefault: false,
  topic: 'compare',
  settings: v.strictObject({ base: v.pipe(v.string(), v.minLength(1)) }),
  flags: {
    base: {
      kind: 'path',
      value: 'PATH',
      help: 'the checkpoint or folder that is compared with',
      isRequired: true,
    },
  },
  files: ({ base }, signal) => filesAt(base, signal),
  weight: ({ plan }) => 2.1e-6 * 20 * plan.costPerCheckpoint,
  steps: (run, { base }) => comparisonOf(run, base),
});
