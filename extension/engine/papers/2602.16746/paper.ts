import type { Paper } from '../paper.js';
import { sayChoices } from './choices.js';
import { curvesOf, measurementsOf } from './measurements.js';
import { measure, measuredSchema, type Measured16746 } from './measure.js';
import { suppressionFlag } from './interventions.js';
import { decaysFlag, planOf } from './plan.js';
import { ratesFlag } from './rates.js';
import { tablesOf } from './tables.js';

export const transverseCurvature: Paper<Measured16746> = {
  id: '2602.16746',
  title: 'Transverse curvature across the path of training',
  about:
    'four tasks that grok and two that do not, with and without weight decay, two seeds; addition at other learning rates and with its gradient suppressed. --quick trains one seed at weight decay 1 without interventions: ten to fifteen minutes on two cores.',
  flags: [decaysFlag, suppressionFlag, ratesFlag],
  schema: measuredSchema,
  plan: planOf,
  choices: sayChoices,
  measure,
  measurements: measurementsOf,
  curves: curvesOf,
  tables: tablesOf,
};
