import { decompositionCost } from '../workPolicy.js';
import type { WorkPart } from '../../ground/work/workClock.js';
import { evaluationMs, keepsStart, rankCount, shared, singularValuesMs, trunkOf } from '../expectedTime.js';
import type { AnalysisRun } from '../analysis.js';

type CostRun = Pick<AnalysisRun, 'survey' | 'plan' | 'settings' | 'evaluationPairs' | 'training'>;

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
  return { sums: 10 + 4e-4 * numbers, evaluations: ranks * evaluationMs(run) };
};

/** The parts of all subjects: the change, the weights, and where weights decay the change without that. */
const ofAllSubjects = (run: CostRun, parts: readonly WorkPart[]): WorkPart[] =>
  Array.from({ length: keepsStart(run) ? 2 : 3 }, () => parts).flat();

export const perMatrixParts = (run: CostRun): WorkPart[] => {
  const { spectra, evaluations } = perMatrixCost(run);
  return ofAllSubjects(run, [shared('decompositions', spectra), shared('evaluations', evaluations)]);
};

export const jointParts = (run: CostRun): WorkPart[] => {
  const { sums, evaluations } = jointCost(run);
  return ofAllSubjects(run, [{ kind: 'joint-sums', expected: sums }, shared('evaluations', evaluations)]);
};
