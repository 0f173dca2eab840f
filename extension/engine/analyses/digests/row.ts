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
    2 +
    3e-6 *
      survey.checkpoints.reduce(
        (sum, { files }) => sum + files.reduce((all, { bytes }) => all + bytes, 0),
        0,
      ),
  steps: ({ survey, report, emit }) => fileDigests(survey, () => report().checkpoints, emit),
});
