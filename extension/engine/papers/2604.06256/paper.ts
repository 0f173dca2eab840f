import type { Paper } from '../paper.js';
import { sayChoices } from './choices.js';
import { curvesOf, measurementsOf } from './measurements.js';
import { measure, measuredSchema, type Measured06256 } from './measure.js';
import { planFlags, planOf } from './plan.js';
import { tablesOf } from './tables.js';

export const functionalModes: Paper<Measured06256> = {
  id: '2604.06256',
  title: 'The spectral edge and its functional modes',
  about:
    'four tasks with and without weight decay, three seeds; three tasks on one trunk. --quick trains one seed at weight decay 1, three tasks on one trunk, and addition without: about ten minutes on two cores.',
  flags: planFlags,
  schema: measuredSchema,
  plan: planOf,
  choices: sayChoices,
  measure,
  measurements: measurementsOf,
  curves: curvesOf,
  tables: tablesOf,
};
