import * as v from 'valibot';
import type { Progress } from '../../contract/calls.js';
import type { ModelDescriptor } from '../../contract/descriptor.js';
import {
  inspectSettingsSchema,
  type ReconstructionEntry,
  type ReconstructionMethod,
} from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import { openEvaluator, type Evaluator } from '../evaluation/evaluator.js';
import { weightRow } from '../evaluation/weightRow.js';
import { summariseDraws } from '../geometry/quantiles.js';
import { randomWalkGram, stepLengths } from '../geometry/randomWalkNull.js';
import { reconstructionCurve } from '../geometry/reconstruction/curve.js';
import { rankForAccuracy } from '../geometry/reconstruction/rankForAccuracy.js';
import { trajectoryEnergy, trajectoryMixing } from '../geometry/reconstruction/trajectoryPca.js';
import { explainedFractions, trajectoryPca, type TrajectoryPca } from '../geometry/trajectory.js';
import {
  changeOf,
  jointReconstruction,
  perMatrixReconstruction,
  type ReconstructionRun,
} from '../inspection/reconstructions.js';
import { findSeries } from '../inspection/source.js';
import { survey as surveySeries, type Survey } from '../inspection/survey.js';
import { TensorValues } from '../inspection/tensorValues.js';
import { throwIfCancelled } from '../inspection/tasks.js';
import { productVersion } from '../inspection/versions.js';
import { planWork } from '../inspection/workPolicy.js';
import type { RunAnalysis } from './analysis.js';
import { checkpointRows, type CheckpointRows } from './checkpointRows.js';
import { ablations, earlyControl, randomControl, walkControl, type ControlsInput } from './controls.js';
import { energyRanksOf } from './energyRanks.js';
import { selectivityTest } from './selectivityTest.js';

/** The paper scans k to 30. */
export const scannedComponents = 30;
/** Its companion's code keeps at most so many checkpoints, evenly. */
export const mostCheckpoints = 100;
const seed = 1;
const walkDraws = 20;

export interface AnalyseOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** `count` of the indices 0 … n − 1, evenly, the first and the last with them. */
export const keptEvenly = (n: number, count: number): number[] =>
  n <= count
    ? Array.from({ length: n }, (_, i) => i)
    : Array.from({ length: count }, (_, i) => Math.round((i * (n - 1)) / (count - 1)));

/**
 * Everything that 2602.18649 §2 and §3 measure of one run, with the controls that it lacks. Trajectory PCA is of all
 * parameters, uncentred, without the zero row; the two SVDs are of the trunk, the rest keeping its final values.
 * @throws GeometryError as reading the checkpoints does; `cancelled`.
 */
export const analyseRun = async (
  folder: string,
  run: RunFile,
  options: AnalyseOptions,
): Promise<RunAnalysis> => {
  const descriptor: ModelDescriptor = { model: run.model, data: run.data };
  const source = await findSeries(folder, options.signal);
  const kept = keptEvenly(source.entries.length, mostCheckpoints).map((i) => source.entries[i]!);
  const survey = await surveySeries({ ...source, entries: kept }, options.signal);
  const evaluator = await openEvaluator(descriptor);
  const onTrain = await openEvaluator(descriptor, 'train');
  try {
    return await analyse(run, descriptor, survey, evaluator, onTrain, options);
  } finally {
    await onTrain.dispose();
    await evaluator.dispose();
    await survey.pool.close();
  }
};

const analyse = async (
  run: RunFile,
  descriptor: ModelDescriptor,
  survey: Survey,
  evaluator: Evaluator,
  onTrain: Evaluator,
  { signal, onProgress }: AnalyseOptions,
): Promise<RunAnalysis> => {
  const say = (text: string, fraction: number): void => {
    throwIfCancelled(signal);
    onProgress({ text: `${run.config.name}: ${text}`, fraction });
  };
  say('reading checkpoints', 0);
  const rows = await checkpointRows(survey, evaluator.parameters);
  const final = rows.rows.at(-1)!;
  const [testAccuracy] = await evaluator.accuracies([final]);
  const [trainAccuracy] = await onTrain.accuracies([final]);
  const baseline = testAccuracy!;

  say('trajectory PCA', 0.1);
  const pca = await trajectoryPca(rows.gram, false);
  const trajectory = await trajectoryEntry(rows, pca, evaluator);
  const onTraining = await trajectoryEntry(rows, pca, onTrain);
  say('per-matrix and joint SVD', 0.3);
  const svds = await trunkEntries(survey, evaluator, signal);
  say('energy ranks', 0.6);
  const trunk = survey.matrices.filter(({ trunk: inside }) => inside);
  const changes = [];
  for (const spec of trunk) changes.push(await changeOf(survey, spec));
  const energyRanks = await energyRanksOf(changes, seed, signal);

  say('controls', 0.7);
  const steps = survey.checkpoints.map(({ step }) => step);
  const input: ControlsInput = { rows, steps, evaluator, seed };
  const walk = await walkControl(input, baseline, scannedComponents);
  const controls = {
    early: await earlyControl(input),
    walk,
    randomDirections: await randomControl(input),
  };
  const ablated = await ablations(input, pca);
  say('selectivity', 0.9);
  const selectivity = await selectivityTest(descriptor, final, evaluator, baseline);

  const share95 = rankForAccuracy(trajectory.points, baseline, 0.95);
  const share99 = rankForAccuracy(trajectory.points, baseline, 0.99);
  const kStarTrain95 = rankForAccuracy(onTraining.points, trainAccuracy!, 0.95);
  return {
    schema: 'weight-geometry/reconstruction@1',
    version: productVersion,
    run: {
      name: run.config.name,
      provider: run.provider.device ?? run.provider.name,
      lastStep: run.lastStep,
      ...(run.grokStep === undefined ? {} : { grokStep: run.grokStep }),
      status: run.status,
      parameters: final.length,
      checkpoints: steps.length,
      checkpointEvery: run.config.checkpointEvery,
    },
    testAccuracy: baseline,
    trainAccuracy: trainAccuracy!,
    reconstructions: [trajectory, ...svds],
    kStar: {
      ...(share95 === undefined ? {} : { share95 }),
      ...(share99 === undefined ? {} : { share99 }),
      scanned: trajectory.points.at(-1)!.rank,
    },
    ...(kStarTrain95 === undefined ? {} : { kStarTrain95 }),
    energyRanks,
    components: await componentShares(rows, pca),
    ablations: ablated,
    controls,
    ...(selectivity === undefined ? {} : { selectivity }),
  };
};

const trajectoryEntry = async (
  rows: CheckpointRows,
  pca: TrajectoryPca,
  evaluator: Evaluator,
): Promise<ReconstructionEntry> => {
  const energy = trajectoryEnergy(pca);
  const ranks = Array.from({ length: Math.min(scannedComponents, energy.length) }, (_, i) => i + 1);
  const { points, ...curve } = reconstructionCurve(energy, ranks);
  const accuracies: Record<string, number>[] = [];
  for (const rank of ranks) {
    accuracies.push(...(await evaluator.accuracies([rows.mix(trajectoryMixing(pca, rank))])));
  }
  const [baseline] = await evaluator.accuracies([rows.rows.at(-1)!]);
  return {
    method: 'trajectory-pca',
    scope: 'all',
    matrices: ['all'],
    ...curve,
    baseline: { testAccuracy: baseline! },
    points: points.map((point, i) => ({ ...point, testAccuracy: accuracies[i]! })),
  };
};

/** The two methods that cut the trunk's matrices, as an inspection does them. */
const trunkEntries = async (
  survey: Survey,
  evaluator: Evaluator,
  signal: AbortSignal,
): Promise<ReconstructionEntry[]> => {
  const settings = v.parse(inspectSettingsSchema, { seed });
  const latest = new Map<ReconstructionMethod, ReconstructionEntry>();
  const run: ReconstructionRun = {
    survey,
    values: new TensorValues(survey),
    settings,
    signal,
    plan: planWork(survey.matrices, survey.checkpoints.length, 0, true),
    emit: ({ reconstructions = [] }) => reconstructions.forEach((entry) => latest.set(entry.method, entry)),
    evaluate: (weights) =>
      evaluator.accuracies(weights.map((named) => weightRow(evaluator.parameters, named))),
  };
  for (const steps of [perMatrixReconstruction(run), jointReconstruction(run)]) {
    while ((await steps.next()).done !== true) throwIfCancelled(signal);
  }
  return [...latest.values()];
};

const componentShares = async (
  rows: CheckpointRows,
  pca: TrajectoryPca,
): Promise<RunAnalysis['components']> => {
  const firstThree = (explained: readonly number[]): number =>
    explained.slice(0, 3).reduce((sum, share) => sum + share, 0);
  const lengths = stepLengths(rows.gram);
  const draws: number[][] = [];
  for (let draw = 0; draw < walkDraws; draw++) {
    const explained = await explainedFractions(
      randomWalkGram(lengths, rows.change.length, seed, draw),
      false,
    );
    draws.push([explained[0]!, firstThree(explained)]);
  }
  const { mean, q05, q95 } = summariseDraws(draws);
  const rangeOf = (i: number) => ({ mean: mean[i]!, q05: q05[i]!, q95: q95[i]! });
  return {
    first: pca.explained[0]!,
    firstThree: firstThree(pca.explained),
    walk: { draws: walkDraws, seed, first: rangeOf(0), firstThree: rangeOf(1) },
  };
};
