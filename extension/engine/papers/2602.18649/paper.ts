import { analysisSchema, type RunAnalysis } from '../../analyses/controls/analysis.js';
import type { Paper } from '../paper.js';
import { choiceFlags, sayChoices } from './choices.js';
import { measure } from './measure.js';
import { curvesOf, measurementsOf } from './measurements.js';
import { partFlags, planOf } from './plan.js';
import { tablesOf } from './tables.js';

export const holographicEncoding: Paper<RunAnalysis> = {
  id: '2602.18649',
  title: 'Holographic encoding in grokking transformers',
  about:
    'three tasks on one trunk, three model sizes × five weight decays; before them single tasks and a run that does not grok. --quick trains of the grid the baseline size at weight decay 1, and three seeds unless --seeds says otherwise: fifteen to forty-five minutes on two cores.',
  flags: [...partFlags, ...choiceFlags],
  schema: analysisSchema,
  plan: planOf,
  choices: sayChoices,
  measure,
  measurements: measurementsOf,
  curves: curvesOf,
  tables: tablesOf,
};
