import { decompositionCost } from '../workPolicy.js';
import { evaluationMs, rankCount, rebuiltSubjects, singularValuesMs, trunkOf } from '../expectedTime.js';
import type { AnalysisRun } from '../analysis.js';

type CostRun = Pick<AnalysisRun, 'survey' | 'plan' | 'settings' | 'evaluationPairs'>;

/** Expected milliseconds of one subject by the per-matrix method. */
export const perMatrixCost = (run: CostRun): { readonly spectra: number; readonly evaluations: number } => {
  const { plan, settings } = run;
  const trunk = trunkOf(run);
  const full = Math.max(0, ...trunk.map(({ rows, columns }) => Math.min(rows, columns)));
  const last = run.survey.checkpoints.length - 1;
  const draws = plan.nullsOf.has(last) ? settings.shuffleDraws : 0;
  const spectra = (1 + draws) * trunk.reduce((sum, spec) => sum + singularValuesMs(plan, spec), 0);
  const factors =
    run.evaluationPairs === undefined
      ? 0
      : trunk.reduce((sum, spec) => sum + 2e-5 * decompositionCost(spec), 0);
  return { spectra, evaluations: factors + rankCount(settings.ranks, full) * evaluationMs(run) };
};

/** Expected milliseconds of one subject by the joint method. */
export const jointCost = (run: CostRun): { readonly sums: number; readonly evaluations: number } => {
  const trunk = trunkOf(run);
  const numbers = trunk.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const ranks = run.settings.ranks === undefined ? trunk.length : run.settings.ranks.length;
  return { sums: 1 + 1e-3 * numbers, evaluations: ranks * evaluationMs(run) };
};

/** All subjects of a method. */
export const ofAllSubjects = (cost: Readonly<Record<string, number>>): number =>
  rebuiltSubjects * Object.values(cost).reduce((sum, part) => sum + part, 0);
