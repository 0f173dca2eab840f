import { GeometryError } from '../../../contract/errors.js';
import type { ReconstructionEntry } from '../../../contract/report.js';
import type { Evaluator } from '../../evaluation/evaluator.js';
import { summariseDraws } from '../../geometry/quantiles.js';
import { randomWalkGram, stepLengths } from '../../geometry/randomWalkNull.js';
import { reconstructionCurve } from '../../geometry/reconstruction/curve.js';
import type { Accuracies } from '../../../contract/rankForAccuracy.js';
import { trajectoryEnergy, trajectoryMixing } from '../../geometry/reconstruction/trajectoryPca.js';
import { explainedFractions, trajectoryPca, type TrajectoryPca } from '../../geometry/trajectory.js';
import type { Survey } from '../../series/survey.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import { pauseFor } from '../../ground/work/pause.js';
import type { RunAnalysis } from './analysis.js';
import { checkpointRows, type CheckpointRows } from './checkpointRows.js';
import { ablations, earlyControl } from './controls.js';
import { walkedPaths, type WalkedPaths } from './walkedPaths.js';

/** The paper scans k to 30. */
export const scannedComponents = 30;
const walkDraws = 20;

/** Evaluators of one model on its two sets of pairs. */
export interface BothEvaluators {
  readonly onTest: Evaluator;
  readonly onTrain: Evaluator;
}

/** Results that need all checkpoints in memory, and the two ends of the run, which later parts need. */
export interface TrajectoryPart {
  /** Points with test accuracy. */
  readonly entry: ReconstructionEntry;
  /** The same points with training accuracy. */
  readonly onTraining: readonly { readonly rank: number; readonly testAccuracy: Accuracies }[];
  readonly testAccuracy: Record<string, number>;
  readonly trainAccuracy: Record<string, number>;
  readonly components: RunAnalysis['components'];
  readonly ablations: RunAnalysis['ablations'];
  readonly early: RunAnalysis['controls']['early'];
  /** θ_0 and θ_T. */
  readonly first: Float32Array;
  readonly final: Float32Array;
  /** θ_T − θ_0. */
  readonly change: Float64Array;
  readonly paths: WalkedPaths;
}

export interface TrajectoryPartOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly training: TrainingRecord | undefined;
  readonly say: (text: string, fraction: number) => void;
}

/**
 * Trajectory PCA of a run, the accuracy of its reconstructions, and the controls that use its checkpoints.
 * @throws GeometryError as reading the checkpoints does; `cancelled`.
 */
export const trajectoryPart = async (
  survey: Survey,
  evaluators: BothEvaluators,
  { seed, signal, training, say }: TrajectoryPartOptions,
): Promise<TrajectoryPart> => {
  const { onTest: evaluator, onTrain } = evaluators;
  say('reading checkpoints', 0);
  const rows = await checkpointRows(survey, evaluator.parameters, signal);
  if (rows === undefined) {
    throw new GeometryError('invalid-argument', 'The run has no two checkpoints that are finite and differ.');
  }
  const final = rows.rows.at(-1)!;
  const [testAccuracy] = await evaluator.accuracies([final], signal);
  const [trainAccuracy] = await onTrain.accuracies([final], signal);

  say('trajectory PCA', 0.1);
  const pca = await trajectoryPca(rows.gram, false);
  const rebuilt = await rebuiltAccuracies(rows, pca, evaluators, signal);
  say('controls', 0.25);
  const input = { rows, evaluator, signal };
  return {
    entry: { ...rebuilt.entry, baseline: { testAccuracy: testAccuracy! } },
    onTraining: rebuilt.onTraining,
    testAccuracy: testAccuracy!,
    trainAccuracy: trainAccuracy!,
    components: await componentShares(rows, pca, seed, signal),
    ablations: await ablations(input, pca),
    early: await earlyControl(input),
    ...{ first: rows.rows[0]!, final, change: rows.change },
    paths: walkedPaths(rows, training),
  };
};

/** Every rank is rebuilt once and evaluated on both sets of pairs. */
const rebuiltAccuracies = async (
  rows: CheckpointRows,
  pca: TrajectoryPca,
  { onTest, onTrain }: BothEvaluators,
  signal: AbortSignal,
): Promise<Pick<TrajectoryPart, 'entry' | 'onTraining'>> => {
  const energy = trajectoryEnergy(pca);
  const ranks = Array.from({ length: Math.min(scannedComponents, energy.length) }, (_, i) => i + 1);
  const { points, ...curve } = reconstructionCurve(energy, ranks);
  const tested: ReconstructionEntry['points'] = [];
  const onTraining = [];
  for (const point of points) {
    const row = rows.mix(trajectoryMixing(pca, point.rank));
    const [test] = await onTest.accuracies([row], signal);
    const [train] = await onTrain.accuracies([row], signal);
    tested.push({ ...point, testAccuracy: test! });
    onTraining.push({ rank: point.rank, testAccuracy: train! });
  }
  const entry = {
    method: 'trajectory-pca',
    of: 'change',
    scope: 'all',
    matrices: ['all'],
    ...curve,
  } as const;
  return { entry: { ...entry, matrices: [...entry.matrices], points: tested }, onTraining };
};

const componentShares = async (
  { gram, change }: CheckpointRows,
  pca: TrajectoryPca,
  seed: number,
  signal: AbortSignal,
): Promise<RunAnalysis['components']> => {
  const firstThree = (explained: readonly number[]): number =>
    explained.slice(0, 3).reduce((sum, share) => sum + share, 0);
  const lengths = stepLengths(gram);
  const pause = pauseFor(signal);
  const draws: number[][] = [];
  for (let draw = 0; draw < walkDraws; draw++) {
    await pause();
    const explained = await explainedFractions(randomWalkGram(lengths, change.length, seed, draw), false);
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
