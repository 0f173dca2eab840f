import { analysis } from '../analysis.js';
import { fileDigests } from './fileDigests.js';

/** Last, as the checkpoints' entries get their distances from the trajectory. */
export const digests = analysis({
  id: 'digests',
  summary: 'SHA-256 of every file, up to a gibibyte',
  sections: ['checkpoints'],
  needs: 'checkpoint',
  isDefault: true,
  isLast: true,
  topic: 'overview',
  weight: () => 1,
  steps: ({ survey, report, emit }) => fileDigests(survey, () => report().checkpoints, emit),
});
