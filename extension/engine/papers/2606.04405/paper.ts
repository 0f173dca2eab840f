import type { Paper } from '../paper.js';
import { choiceFlags, sayChoices } from './choices.js';
import { decayAnalysisSchema, measure, type DecayAnalysis } from './measure.js';
import { curvesOf, measurementsOf } from './measurements.js';
import { partFlags, planOf, strengthOf } from './plan.js';
import { tablesOf } from './tables.js';

export const lowRankDecayPaper: Paper<DecayAnalysis> = {
  id: '2606.04405',
  title: 'Low-Rank Decay in scale-invariant transformers',
  about:
    'addition mod 97 on the scale-invariant transformer without decay, with L2, Low-Rank Decay or both, rate and strength searched together for each, by train fraction; beside it a phase diagram on equal strengths and the authors’ own mod 113. --quick trains fractions .4 and .5 at two points of the search: about fifteen minutes on two cores; --quick --parts diagram, the cells of the diagram where it changes.',
  flags: [...partFlags, ...choiceFlags],
  schema: decayAnalysisSchema,
  plan: planOf,
  choices: sayChoices,
  measure,
  measurements: measurementsOf,
  curves: curvesOf,
  strength: strengthOf,
  tables: tablesOf,
};
