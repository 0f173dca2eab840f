import { analysis } from '../analysis.js';
import { fileDigests } from './fileDigests.js';

/** Last: the checkpoints' entries take their distances from the trajectory. */
export const digests = analysis({
  id: 'digests',
  summary: 'SHA-256 of every file, up to a gibibyte',
  sections: ['checkpoints'],
  needs: 'checkpoint',
  isDefault: true,
  isLast: true,
  topic: 'overview',
  weight: ({ survey }) =>
    survey.checkpoints.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + 0.7 + 5e-6 * bytes, 2),
  steps: ({ survey, report, emit }) => fileDigests(survey, () => report().checkpoints, emit),
});
