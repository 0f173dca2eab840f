import type { ModelDescriptor } from '../../../contract/descriptor.js';
import type { Evaluator } from '../../evaluation/evaluator.js';
import { taskGradients } from '../../evaluation/taskGradients.js';
import { partInSpan, randomDirections } from '../../geometry/reconstruction/randomDirections.js';
import type { Accuracies } from '../../../contract/rankForAccuracy.js';
import {
  gradientSubspace,
  selectivityIndex,
  subspaceOverlap,
} from '../../geometry/reconstruction/selectivity.js';
import type { RunAnalysis } from './analysis.js';
import { gradientsFit } from './memory.js';

/** k = 10 as in the paper; how many gradients the covariance is of, it does not say. */
const settings = { directions: 10, batches: 40, batch: 512, seed: 1 } as const;

/**
 * The selectivity test (2602.18649 §3.4): the leading eigenvectors of each task's gradient covariance are projected out of
 * the final weights; a task's own directions should hurt it alone. Undefined for a single task, and where the gradients do
 * not fit into memory.
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
  const accuracyWithout = async (directions: readonly Float64Array[]): Promise<Accuracies> => {
    const part = partInSpan(weights, directions);
    const row = new Float32Array(final.length);
    for (let i = 0; i < row.length; i++) row[i] = weights[i]! - part[i]!;
    const [found] = await evaluator.accuracies([row], signal);
    return found!;
  };
  const [secondMoment, covariance]: [Subspace[], Subspace[]] = [[], []];
  // The same rows for every task: what is let go is not given back at once.
  const gradients = Array.from({ length: batches }, () => new Float32Array(final.length));
  for (const task of tasks) {
    await taskGradients(descriptor, task, final, settings, gradients, signal);
    for (const [found, aboutMean] of [
      [secondMoment, false],
      [covariance, true],
    ] as const) {
      const directions = await gradientSubspace(gradients, { count: wanted, aboutMean }, signal);
      found.push({
        task,
        directions: directions.map((direction) => Float32Array.from(direction)),
        testAccuracy: await accuracyWithout(directions),
      });
    }
  }
  const random = await randomDirections(final.length, wanted, { seed: settings.seed, signal });
  return {
    ...settings,
    ...entriesOf(secondMoment, baseline),
    aboutMean: entriesOf(covariance, baseline),
    randomTestAccuracy: { ...(await accuracyWithout(random)) },
  };
};

/** The leading directions of a task's gradients, and what is left of every task without them. */
interface Subspace {
  readonly task: string;
  /** Rounded: for their overlaps all tasks' are held at once. */
  readonly directions: readonly Float32Array[];
  readonly testAccuracy: Accuracies;
}

const entriesOf = (subspaces: readonly Subspace[], baseline: Accuracies) => ({
  tasks: subspaces.map(({ task, testAccuracy }) => {
    const index = selectivityIndex(task, baseline, testAccuracy);
    return { task, ...(index === undefined ? {} : { index }), testAccuracy: { ...testAccuracy } };
  }),
  overlaps: subspaces.flatMap((a, i) =>
    subspaces.slice(i + 1).map((b) => ({
      tasks: [a.task, b.task] as [string, string],
      overlap: subspaceOverlap(a.directions, b.directions),
    })),
  ),
});
