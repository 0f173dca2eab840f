import type { ModelDescriptor } from '../../../contract/descriptor.js';
import type { Evaluator } from '../../evaluation/evaluator.js';
import { taskGradients } from '../../evaluation/taskGradients.js';
import { equalMove, type Stretch } from '../../geometry/reconstruction/equalMove.js';
import { dot } from '../../geometry/reconstruction/vectors.js';
import { partInSpan, randomDirections } from '../../geometry/reconstruction/randomDirections.js';
import type { Accuracies } from '../../../contract/rankForAccuracy.js';
import {
  gradientSubspace,
  selectivityIndex,
  subspaceOverlap,
} from '../../geometry/reconstruction/selectivity.js';
import { seededRandom } from '../../ground/seededRandom.js';
import type { RunAnalysis } from './analysis.js';
import { gradientsFit } from './memory.js';

/** k = 10 as in the paper, which does not give the number of gradients in the covariance. */
const settings = { directions: 10, batches: 40, batch: 512, seed: 1 } as const;

/** Random moves of a task's own length, per kind. */
const equalMoveDraws = 3;

/**
 * The selectivity test (2602.18649 §3.4): the leading eigenvectors of each task's gradient covariance are
 * projected out of the final weights. A task's own directions should hurt only that task. The null is random
 * moves of the same length: projecting out ten random directions hardly moves the weights, so it is no null of
 * a long move. Undefined for a single task, and if the gradients do not fit in memory.
 * @throws GeometryError `cancelled` after the signal.
 */
export const selectivityTest = async (
  descriptor: ModelDescriptor,
  final: Float32Array,
  evaluator: Evaluator,
  baseline: Accuracies,
  signal: AbortSignal,
): Promise<RunAnalysis['selectivity']> => {
  const { tasks } = descriptor.data;
  if (tasks.length < 2) return undefined;
  const { directions: wanted, batches } = settings;
  if (!gradientsFit(final.length, batches + 2 * tasks.length * wanted, wanted)) return undefined;
  const weights = Float64Array.from(final);
  const accuracyAfter = async (move: Float64Array): Promise<Accuracies> => {
    const row = new Float32Array(final.length);
    for (let i = 0; i < row.length; i++) row[i] = weights[i]! - move[i]!;
    const [found] = await evaluator.accuracies([row], signal);
    return found!;
  };
  const afterMovesAsLong = async (
    part: Float64Array,
    stretches: readonly Stretch[],
  ): Promise<Record<string, number>> => {
    const random = seededRandom(settings.seed);
    const sums = Object.fromEntries(tasks.map((task) => [task, 0]));
    for (let draw = 0; draw < equalMoveDraws; draw++) {
      const found = await accuracyAfter(equalMove(part, stretches, random));
      for (const task of tasks) sums[task]! += found[task]! / equalMoveDraws;
    }
    return sums;
  };
  const [secondMoment, covariance]: [Subspace[], Subspace[]] = [[], []];
  // The same rows for every task: released memory is not returned at once.
  const gradients = Array.from({ length: batches }, () => new Float32Array(final.length));
  for (const task of tasks) {
    await taskGradients(descriptor, task, final, settings, gradients, signal);
    for (const [found, aboutMean] of [
      [secondMoment, false],
      [covariance, true],
    ] as const) {
      const directions = await gradientSubspace(gradients, { count: wanted, aboutMean }, signal);
      const part = partInSpan(weights, directions);
      found.push({
        task,
        directions: directions.map((direction) => Float32Array.from(direction)),
        testAccuracy: await accuracyAfter(part),
        equalMoves: {
          length: Math.sqrt(dot(part, part)),
          draws: equalMoveDraws,
          testAccuracy: await afterMovesAsLong(part, [{ offset: 0, elements: final.length }]),
          tensorByTensor: await afterMovesAsLong(part, evaluator.parameters),
        },
      });
    }
  }
  const random = await randomDirections(final.length, wanted, { seed: settings.seed, signal });
  return {
    ...settings,
    ...entriesOf(secondMoment, baseline),
    aboutMean: entriesOf(covariance, baseline),
    randomTestAccuracy: { ...(await accuracyAfter(partInSpan(weights, random))) },
  };
};

/** The leading directions of a task's gradients, and every task's accuracy without them. */
interface Subspace {
  readonly task: string;
  /** Single precision: the directions of all tasks are held at once for their overlaps. */
  readonly directions: readonly Float32Array[];
  readonly testAccuracy: Accuracies;
  readonly equalMoves: EqualMoves;
}

type EqualMoves = NonNullable<NonNullable<RunAnalysis['selectivity']>['tasks'][number]['equalMoves']>;

const entriesOf = (subspaces: readonly Subspace[], baseline: Accuracies) => ({
  tasks: subspaces.map(({ task, testAccuracy, equalMoves }) => {
    const index = selectivityIndex(task, baseline, testAccuracy);
    return { task, ...(index === undefined ? {} : { index }), testAccuracy: { ...testAccuracy }, equalMoves };
  }),
  overlaps: subspaces.flatMap((a, i) =>
    subspaces.slice(i + 1).map((b) => ({
      tasks: [a.task, b.task] as [string, string],
      overlap: subspaceOverlap(a.directions, b.directions),
    })),
  ),
});
