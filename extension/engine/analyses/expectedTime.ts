import type { InspectSettings } from '../../contract/report.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import { chosenRanks } from '../geometry/ranks.js';
import { givesVectors } from '../linalg/oneStage.js';
import type { WorkPart } from '../ground/work/workClock.js';
import type { AnalysisRun } from './analysis.js';
import { estimateCost, decompositionCost, type WorkPlan } from './workPolicy.js';

/**
 * Expected milliseconds of the parts of an inspection: processor time measured on two shared cores with series of 20 × 20,
 * 150 × 20 and 36 × 290 thousand parameters, the last with and without its model, and with a model of 303 tensors
 * (`bench time-left` prints what they foretell). Machines differ; what counts is how the parts of one kind compare, as
 * the pace of each kind is measured on the way.
 */

/** Kinds of work that several analyses share; that of one alone is named after it. */
export type SharedWork = 'decompositions' | 'evaluations';

/** A part of an analysis that is like parts of others. */
export const shared = (kind: SharedWork, expected: number): WorkPart => ({ kind, expected });

/** Expected milliseconds of all parts. */
export const msOf = (parts: readonly WorkPart[]): number => sum(parts.map(({ expected }) => expected));

const smallerSide = ({ rows, columns }: MatrixSpec): number => Math.min(rows, columns);

/**
 * Singular values of one matrix with their statistics: to two diagonals, then these, then the fit of a power law that tries
 * every value as its start.
 */
export const singularValuesMs = (plan: WorkPlan, spec: MatrixSpec): number =>
  plan.estimated.has(spec)
    ? 1 + 5e-7 * estimateCost(spec)
    : 1 + 7e-5 * spec.rows * spec.columns + 1.1e-7 * decompositionCost(spec) + 6e-5 * smallerSide(spec) ** 2;

/** The leading singular vectors of one matrix at one checkpoint, and their angles with those before. */
export const anglesMs = (spec: MatrixSpec): number => 1.1 + 2.75e-6 * decompositionCost(spec);

/** The same where the vectors came with the spectra, in so large a share of the checkpoints. */
export const keptAnglesMs = (spec: MatrixSpec, share: number): number =>
  givesVectors(spec) ? share * 1.5 + (1 - share) * anglesMs(spec) : anglesMs(spec);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The null of one spectrum by the law of shuffles, whose draws and most of their statistics are kept for each size. */
const lawMs = (spec: MatrixSpec): number => 0.4 + 6e-6 * smallerSide(spec) ** 2;

/**
 * The spectra of checkpoints: of the weights and, but for the first checkpoint, of the change, with the shuffles of the last
 * checkpoint; the others mostly follow the law of shuffles.
 */
export const spectraMs = (
  { plan, settings, survey }: Pick<AnalysisRun, 'plan' | 'settings' | 'survey'>,
  indices: readonly number[],
): number => {
  const one = sum(plan.matrices.map((spec) => singularValuesMs(plan, spec)));
  const decomposed = plan.matrices.filter((spec) => !plan.estimated.has(spec));
  const exact = sum(decomposed.map((spec) => singularValuesMs(plan, spec)));
  const lawful = sum(decomposed.map(lawMs));
  return sum(
    indices.map((t) => {
      const subjects = survey.checkpoints.length > 1 && t > 0 ? 2 : 1;
      const isShuffled = t === survey.checkpoints.length - 1 || settings.precision === 'exact';
      const nulls = !plan.nullsOf.has(t) ? 0 : isShuffled ? settings.shuffleDraws * exact : lawful;
      return subjects * (one + nulls);
    }),
  );
};

/** Running the model on all test pairs once, its weights made first. */
export const evaluationMs = ({
  survey,
  evaluationPairs,
}: Pick<AnalysisRun, 'survey' | 'evaluationPairs'>): number =>
  evaluationPairs === undefined ? 0 : 10 + 1e-7 * survey.parameters * evaluationPairs;

/**
 * Reading every number of every checkpoint once and multiplying the checkpoints with each other; measured with 36
 * checkpoints of 30 small tensors and 20 of 200 MB.
 */
export const passMs = ({ survey }: Pick<AnalysisRun, 'survey'>): number => {
  const checkpoints = survey.checkpoints.length;
  const { length } = survey.comparable;
  return checkpoints * (0.2 * length + survey.parameters * (2e-6 + 1.8e-7 * checkpoints));
};

/** The final weights as a mixture of all checkpoints, at one of the ranks that are mixed together. */
export const mixedMs = ({ survey }: Pick<AnalysisRun, 'survey'>): number =>
  survey.checkpoints.length * (0.15 + 1.5e-5 * survey.parameters);

/** Trajectories of sets of matrices, besides that of each. */
export const jointPaths = 4;
const groupCount = ({ plan }: Pick<AnalysisRun, 'plan'>): number => plan.matrices.length + jointPaths;

/** The random walks and decaying paths that so many groups are compared with; measured with 20, 36 and 150 checkpoints. */
export const pathNullsMs = ({ settings, survey }: AnalysisRun, groups: number): number =>
  groups * settings.randomWalkDraws * 4 * (0.5 + 7e-4 * survey.checkpoints.length ** 2);

/** The spectra of updates in windows of these lengths, with their draws. */
export const windowsMs = (run: AnalysisRun, lengths: readonly number[]): number => {
  const windows = sum(lengths.map((length) => Math.max(0, run.survey.checkpoints.length - length)));
  return groupCount(run) * 3.5 * windows;
};

/** PC1 of windows that grow, of some groups, with their draws. */
export const growingWindowsMs = ({ survey }: Pick<AnalysisRun, 'survey'>, groups: number): number =>
  groups * 0.2 * survey.checkpoints.length ** 2;

/** Numbers of ranks at which something of this full rank is rebuilt. */
export const rankCount = (ranks: InspectSettings['ranks'], full: number): number =>
  chosenRanks(ranks, full).length;

/** The share of the start that is left at the end is 1 by the run's own record: nothing decays. */
export const keepsStart = ({ survey, training }: Pick<AnalysisRun, 'survey' | 'training'>): boolean =>
  training?.keptAfter(survey.checkpoints.at(-1)!.step) === 1;

/** The rebuilt matrices. */
export const trunkOf = ({ plan }: Pick<AnalysisRun, 'plan'>): readonly MatrixSpec[] =>
  plan.matrices.filter(({ trunk }) => trunk);
