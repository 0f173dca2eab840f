import * as v from 'valibot';
import type { ModelDescriptor } from '../../../contract/descriptor.js';
import { inspectSettingsSchema, type ReconstructionEntry } from '../../../contract/report.js';
import type { RunFile } from '../../../contract/run.js';
import { openEvaluator, type Evaluator } from '../../evaluation/evaluator.js';
import { weightRow } from '../../evaluation/weightRow.js';
import { rankForAccuracy } from '../../../contract/rankForAccuracy.js';
import {
  changeOf,
  jointReconstruction,
  perMatrixReconstruction,
  type ReconstructionRun,
} from '../../analyses/reconstruction/reconstructions.js';
import { findSeries } from '../../series/source.js';
import { survey as surveySeries, type Survey } from '../../series/survey.js';
import { trainingRecord, type TrainingRecord } from '../../series/trainingRecord.js';
import { TensorValues } from '../../series/tensorValues.js';
import { throwIfCancelled } from '../../ground/work/tasks.js';
import { planWork } from '../../analyses/workPolicy.js';
import { pauseFor } from '../../ground/work/pause.js';
import type { RunAnalysis } from '../../analyses/controls/analysis.js';
import { randomControl, walkControl, type EndsInput } from '../../analyses/controls/controls.js';
import { energyRanksOf } from '../../analyses/controls/energyRanks.js';
import { fittingCheckpoints, keptEvenly } from '../../analyses/controls/memory.js';
import { siteSelectivity } from '../../analyses/controls/siteSelectivity.js';
import { selectivityTest } from '../../analyses/controls/selectivityTest.js';
import type { MeasureOptions } from '../paper.js';
import {
  scannedComponents,
  trajectoryPart,
  type BothEvaluators,
} from '../../analyses/controls/trajectoryPart.js';

const seed = 1;

/**
 * Everything that 2602.18649 §2 and §3 measure of one run, with additional nulls. Trajectory PCA is of all
 * parameters, uncentred, without the zero row. The two SVDs are of the trunk; the other parameters keep their
 * final values.
 * @throws GeometryError as reading the checkpoints does; `too-large` if they do not fit in memory; `cancelled`.
 */
export const measure = async (
  folder: string,
  run: RunFile,
  options: MeasureOptions,
): Promise<RunAnalysis> => {
  const descriptor: ModelDescriptor = { model: run.model, data: run.data };
  const source = await findSeries(folder, options.signal);
  const onTest = await openEvaluator(descriptor);
  const onTrain = await openEvaluator(descriptor, 'train');
  try {
    const fitting = fittingCheckpoints(onTest.parameters.reduce((sum, { elements }) => sum + elements, 0));
    const kept = keptEvenly(source.entries.length, fitting).map((i) => source.entries[i]!);
    const survey = await surveySeries({ ...source, entries: kept }, options.signal);
    try {
      return await analyse(folder, run, descriptor, survey, { onTest, onTrain }, options);
    } finally {
      await survey.pool.close();
    }
  } finally {
    await onTrain.dispose();
    await onTest.dispose();
  }
};

const analyse = async (
  folder: string,
  run: RunFile,
  descriptor: ModelDescriptor,
  survey: Survey,
  evaluators: BothEvaluators,
  { signal, onProgress }: MeasureOptions,
): Promise<RunAnalysis> => {
  const say = (text: string, fraction: number): void => {
    throwIfCancelled(signal);
    onProgress({ text: `${run.config.name}: ${text}`, fraction });
  };
  const { onTest: evaluator } = evaluators;
  // The checkpoints are released with this part: the next ones hold vectors that are as large together.
  const training = await trainingRecord(folder);
  const trajectory = await trajectoryPart(survey, evaluators, { seed, signal, training, say });
  const { first, final, change, testAccuracy, trainAccuracy } = trajectory;

  say('per-matrix and joint SVD', 0.4);
  const svds = await trunkEntries(survey, training, evaluator, signal);
  say('energy ranks', 0.65);
  const trunk = survey.matrices.filter(({ trunk: inside }) => inside);
  const changes = [];
  for (const spec of trunk) changes.push(await changeOf(survey, spec));
  const energyRanks = await energyRanksOf(changes, seed, signal);

  say('random walk to the same end', 0.7);
  const ends: EndsInput = { first, change, evaluator, seed, signal };
  const { walk: walked, decayWalk: decaying } = trajectory.paths;
  const walk = await walkControl(ends, walked, testAccuracy, scannedComponents);
  say('decay and a walk to the same end', 0.78);
  const decayWalk = decaying && (await walkControl(ends, decaying, testAccuracy, scannedComponents));
  say('random directions', 0.85);
  const randomDirections = await randomControl(ends);
  say('selectivity', 0.9);
  const sites = await siteSelectivity(descriptor, final, testAccuracy, signal);
  const selectivity = await selectivityTest(descriptor, final, evaluator, testAccuracy, signal);

  const { points } = trajectory.entry;
  const share95 = rankForAccuracy(points, testAccuracy, 0.95);
  const share99 = rankForAccuracy(points, testAccuracy, 0.99);
  const kStarTrain95 = rankForAccuracy(trajectory.onTraining, trainAccuracy, 0.95);
  return {
    run: {
      name: run.config.name,
      provider: run.provider.device ?? run.provider.name,
      lastStep: run.lastStep,
      ...(run.grokStep === undefined ? {} : { grokStep: run.grokStep }),
      status: run.status,
      parameters: final.length,
      checkpoints: survey.checkpoints.length,
      checkpointEvery: run.config.checkpointEvery,
    },
    testAccuracy,
    trainAccuracy,
    reconstructions: [trajectory.entry, ...svds],
    kStar: {
      ...(share95 === undefined ? {} : { share95 }),
      ...(share99 === undefined ? {} : { share99 }),
      scanned: points.at(-1)!.rank,
    },
    ...(kStarTrain95 === undefined ? {} : { kStarTrain95 }),
    energyRanks,
    components: trajectory.components,
    ablations: trajectory.ablations,
    controls: { early: trajectory.early, walk, ...(decayWalk && { decayWalk }), randomDirections },
    sites,
    ...(selectivity === undefined ? {} : { selectivity }),
  };
};

/** The two methods that truncate the trunk's matrices, as an inspection does. */
const trunkEntries = async (
  survey: Survey,
  training: TrainingRecord | undefined,
  evaluator: Evaluator,
  signal: AbortSignal,
): Promise<ReconstructionEntry[]> => {
  const settings = v.parse(inspectSettingsSchema, { seed });
  const latest = new Map<string, ReconstructionEntry>();
  const run: ReconstructionRun = {
    survey,
    values: new TensorValues(survey),
    settings,
    signal,
    ...(training === undefined ? {} : { training }),
    plan: planWork(survey.matrices, survey.checkpoints.length, 0, true),
    emit: ({ reconstructions = [] }) =>
      reconstructions.forEach((entry) => latest.set(`${entry.method}|${entry.of}`, entry)),
    evaluate: async (weights) => {
      const found = [];
      for (const named of weights) {
        found.push(...(await evaluator.testAccuracies([weightRow(evaluator.parameters, named)], signal)));
      }
      return found;
    },
  };
  const pause = pauseFor(signal);
  for (const steps of [perMatrixReconstruction(run), jointReconstruction(run)]) {
    while ((await steps.next()).done !== true) await pause();
  }
  return [...latest.values()];
};
