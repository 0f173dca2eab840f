import type { Evaluator } from '../../evaluation/evaluator.js';
import type { TestAccuracies } from '../../evaluation/namedWeights.js';
import type { DecayShares } from '../../geometry/decayNull.js';
import { ablationMixing } from '../../geometry/reconstruction/ablation.js';
import { earlyComponents } from '../../geometry/reconstruction/earlyComponents.js';
import { partInSpan, randomDirections } from '../../geometry/reconstruction/randomDirections.js';
import { rankForAccuracy, type Accuracies } from '../../../contract/rankForAccuracy.js';
import { trajectoryEnergy, trajectoryMixing } from '../../geometry/reconstruction/trajectoryPca.js';
import { dot } from '../../geometry/reconstruction/vectors.js';
import { walkToEnd } from '../../geometry/reconstruction/walkToEnd.js';
import type { TrajectoryPca } from '../../geometry/trajectory.js';
import type { ControlPoint, RunAnalysis } from './analysis.js';
import { weightsAfter, type CheckpointRows } from './checkpointRows.js';

/**
 * Every control builds one row of weights, evaluates it and releases it before the next: all rows together
 * would be as large as the run. All throw GeometryError `cancelled` after the signal.
 */
interface Controlled {
  readonly evaluator: Evaluator;
  readonly signal: AbortSignal;
}

/** Input of controls that use the checkpoints. */
export interface RowsInput extends Controlled {
  readonly rows: CheckpointRows;
}

/** Input of controls that use only the two ends of the run; the checkpoints between can be released. */
export interface EndsInput extends Controlled {
  /** θ_0. */
  readonly first: Float32Array;
  /** θ_T − θ_0. */
  readonly change: Float64Array;
  readonly seed: number;
}

/** The steps of a walk, and the share of the start that remains. */
export interface WalkedPath {
  readonly lengths: readonly number[];
  readonly decay?: DecayShares;
}

const ablatedComponents = 8;
/** Parts of the run, by checkpoints, whose components rebuild the end. */
const earlyParts = [0.25, 0.5, 0.75, 0.9] as const;
const earlyRanks = [1, 2, 3, 5, 10, 20] as const;
const randomRanks = [1, 3, 5, 10] as const;

const answered = async ({ evaluator, signal }: Controlled, row: Float32Array): Promise<TestAccuracies> => {
  const [found] = await evaluator.testAccuracies([row], signal);
  return found!;
};

/** Shares of the energy in the first r components, for each requested rank. */
const cumulated = (energy: ArrayLike<number>, ranks: readonly number[], total: number): number[] => {
  const sums = [0];
  for (let i = 0; i < energy.length; i++) sums.push(sums[i]! + energy[i]!);
  return ranks.map((rank) => sums[Math.min(rank, energy.length)]! / total);
};

/** Removes one component at a time from the final change. */
export const ablations = async (input: RowsInput, pca: TrajectoryPca): Promise<RunAnalysis['ablations']> => {
  const { change, mix } = input.rows;
  const total = dot(change, change);
  const found = [];
  for (const component of [...pca.directions.keys()].slice(0, ablatedComponents)) {
    found.push({
      component: component + 1,
      energy: pca.lastScores[component]! ** 2 / total,
      testAccuracy: (await answered(input, mix(ablationMixing(pca, component)))).testAccuracy,
    });
  }
  return found;
};

/** The end rebuilt from the components of the run's beginning. */
export const earlyControl = async (input: RowsInput): Promise<RunAnalysis['controls']['early']> => {
  const { rows } = input;
  const { steps } = rows;
  const total = dot(rows.change, rows.change);
  const found = [];
  for (const part of earlyParts) {
    const checkpoints = Math.max(2, Math.floor(part * steps.length));
    if (checkpoints >= steps.length) continue;
    const early = await earlyComponents(rows.gram, checkpoints);
    const ranks = earlyRanks.filter((rank) => rank <= early.directions.length);
    const energies = cumulated(trajectoryEnergy(early), ranks, total);
    const points: ControlPoint[] = [];
    for (const [i, rank] of ranks.entries()) {
      const found = await answered(input, rows.mix(trajectoryMixing(early, rank)));
      points.push({ rank, energy: energies[i]!, ...found });
    }
    found.push({ lastStep: steps[checkpoints - 1]!, checkpoints, points });
  }
  return found;
};

/**
 * The end rebuilt from the components of a random walk of these step lengths that ends there.
 * @param path with decay, `lengths` are those of the steps without it.
 */
export const walkControl = async (
  input: EndsInput,
  { lengths, decay }: WalkedPath,
  baseline: Accuracies,
  scanned: number,
): Promise<RunAnalysis['controls']['walk']> => {
  const { first, change, seed, signal } = input;
  const ranks = Array.from({ length: Math.min(scanned, lengths.length) }, (_, i) => i + 1);
  const { energy, rebuilt } = await walkToEnd(change, lengths, ranks, {
    ...{ seed, signal },
    ...(decay === undefined ? {} : { decay: { start: first, ...decay } }),
  });
  const energies = cumulated(energy, ranks, 1);
  const points: ControlPoint[] = [];
  for await (const part of rebuilt()) {
    const at = points.length;
    const found = await answered(input, weightsAfter(first, part));
    points.push({ rank: ranks[at]!, energy: energies[at]!, ...found });
  }
  const kStar95 = rankForAccuracy(points, baseline, 0.95);
  const kStar99 = rankForAccuracy(points, baseline, 0.99);
  return {
    seed,
    points,
    ...(kStar95 === undefined ? {} : { kStar95 }),
    ...(kStar99 === undefined ? {} : { kStar99 }),
  };
};

/** The share of the final change in random directions: nearly zero. */
export const randomControl = async (
  input: EndsInput,
): Promise<RunAnalysis['controls']['randomDirections']> => {
  const { first, change, seed, signal } = input;
  const total = dot(change, change);
  const directions = await randomDirections(change.length, Math.max(...randomRanks), { seed, signal });
  const points: ControlPoint[] = [];
  for (const rank of randomRanks) {
    const part = partInSpan(change, directions.slice(0, rank));
    const found = await answered(input, weightsAfter(first, part));
    points.push({ rank, energy: dot(part, part) / total, ...found });
  }
  return { seed, points };
};
