import type { Evaluator } from '../evaluation/evaluator.js';
import { ablationMixing } from '../geometry/reconstruction/ablation.js';
import { earlyComponents, earlyMixing } from '../geometry/reconstruction/earlyComponents.js';
import { partInSpan, randomDirections } from '../geometry/reconstruction/randomDirections.js';
import { rankForAccuracy, type Accuracies } from '../geometry/reconstruction/rankForAccuracy.js';
import { dot } from '../geometry/reconstruction/vectors.js';
import { walkToEnd } from '../geometry/reconstruction/walkToEnd.js';
import { stepLengths } from '../geometry/randomWalkNull.js';
import type { TrajectoryPca } from '../geometry/trajectory.js';
import type { ControlPoint, RunAnalysis } from './analysis.js';
import type { CheckpointRows } from './checkpointRows.js';

export interface ControlsInput {
  readonly rows: CheckpointRows;
  readonly steps: readonly number[];
  readonly evaluator: Evaluator;
  readonly seed: number;
}

const ablatedComponents = 8;
/** Parts of the run, by its checkpoints, whose components are held against the end. */
const earlyParts = [0.25, 0.5, 0.75, 0.9] as const;
const earlyRanks = [1, 2, 3, 5, 10, 20] as const;
const randomRanks = [1, 3, 5, 10] as const;

const pointsOf = (
  ranks: readonly number[],
  energies: readonly number[],
  accuracies: readonly Record<string, number>[],
): ControlPoint[] => ranks.map((rank, i) => ({ rank, energy: energies[i]!, testAccuracy: accuracies[i]! }));

/** Shares of the energy that the first r components hold, for each rank asked. */
const cumulated = (energy: ArrayLike<number>, ranks: readonly number[], total: number): number[] => {
  const sums = [0];
  for (let i = 0; i < energy.length; i++) sums.push(sums[i]! + energy[i]!);
  return ranks.map((rank) => sums[Math.min(rank, energy.length)]! / total);
};

/** One component at a time taken out of the final change. */
export const ablations = async (
  { rows, evaluator }: ControlsInput,
  pca: TrajectoryPca,
): Promise<RunAnalysis['ablations']> => {
  const total = dot(rows.change, rows.change);
  const components = [...pca.directions.keys()].slice(0, ablatedComponents);
  const accuracies = await evaluator.accuracies(
    components.map((component) => rows.mix(ablationMixing(pca, component))),
  );
  return components.map((component, i) => ({
    component: component + 1,
    energy: pca.lastScores[component]! ** 2 / total,
    testAccuracy: accuracies[i]!,
  }));
};

/** What the components of the run's beginning rebuild of its end. */
export const earlyControl = async ({
  rows,
  steps,
  evaluator,
}: ControlsInput): Promise<RunAnalysis['controls']['early']> => {
  const total = dot(rows.change, rows.change);
  const found = [];
  for (const part of earlyParts) {
    const checkpoints = Math.max(2, Math.floor(part * steps.length));
    if (checkpoints >= steps.length) continue;
    const early = await earlyComponents(rows.gram, checkpoints);
    const ranks = earlyRanks.filter((rank) => rank <= early.directions.length);
    const accuracies = await evaluator.accuracies(ranks.map((rank) => rows.mix(earlyMixing(early, rank))));
    found.push({
      lastStep: steps[checkpoints - 1]!,
      checkpoints,
      points: pointsOf(ranks, cumulated(early.energy, ranks, total), accuracies),
    });
  }
  return found;
};

/** What the components of a random walk to the same end rebuild of it. */
export const walkControl = async (
  { rows, evaluator, seed }: ControlsInput,
  baseline: Accuracies,
  scanned: number,
): Promise<RunAnalysis['controls']['walk']> => {
  const lengths = stepLengths(rows.gram);
  const ranks = Array.from({ length: Math.min(scanned, lengths.length) }, (_, i) => i + 1);
  const { energy, rebuilt } = await walkToEnd(rows.change, lengths, ranks, seed);
  const accuracies = await evaluator.accuracies(rebuilt.map((change) => rows.from(change)));
  const points = pointsOf(ranks, cumulated(energy, ranks, 1), accuracies);
  const kStar95 = rankForAccuracy(points, baseline, 0.95);
  const kStar99 = rankForAccuracy(points, baseline, 0.99);
  return {
    seed,
    points,
    ...(kStar95 === undefined ? {} : { kStar95 }),
    ...(kStar99 === undefined ? {} : { kStar99 }),
  };
};

/** What random directions hold of the final change: next to nothing. */
export const randomControl = async ({
  rows,
  evaluator,
  seed,
}: ControlsInput): Promise<RunAnalysis['controls']['randomDirections']> => {
  const total = dot(rows.change, rows.change);
  const directions = randomDirections(rows.change.length, Math.max(...randomRanks), seed);
  const parts = randomRanks.map((rank) => partInSpan(rows.change, directions.slice(0, rank)));
  const accuracies = await evaluator.accuracies(parts.map((part) => rows.from(part)));
  const energies = parts.map((part) => dot(part, part) / total);
  return { seed, points: pointsOf(randomRanks, energies, accuracies) };
};
