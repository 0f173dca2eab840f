import type { ModelDescriptor } from '../../contract/descriptor.js';
import type { Evaluator } from '../evaluation/evaluator.js';
import { taskGradients } from '../evaluation/taskGradients.js';
import { partInSpan, randomDirections } from '../geometry/reconstruction/randomDirections.js';
import type { Accuracies } from '../geometry/reconstruction/rankForAccuracy.js';
import {
  gradientSubspace,
  selectivityIndex,
  subspaceOverlap,
} from '../geometry/reconstruction/selectivity.js';
import type { RunAnalysis } from './analysis.js';

/** k = 10 as in the paper; how many gradients the covariance is of, it does not say. */
const settings = { directions: 10, batches: 40, batch: 512, seed: 1 } as const;

/**
 * The selectivity test (2602.18649 §3.4): the leading eigenvectors of each task's gradient covariance are projected out of
 * the final weights; a task's own directions should hurt it alone. Undefined for a single task.
 */
export const selectivityTest = async (
  descriptor: ModelDescriptor,
  final: Float32Array,
  evaluator: Evaluator,
  baseline: Accuracies,
): Promise<RunAnalysis['selectivity']> => {
  if (descriptor.data.tasks.length < 2) return undefined;
  const weights = Float64Array.from(final);
  const without = (directions: readonly Float64Array[]): Float32Array => {
    const part = partInSpan(weights, directions);
    return Float32Array.from(weights, (value, i) => value - part[i]!);
  };
  const subspaces: { task: string; directions: Float64Array[] }[] = [];
  for (const [task, gradients] of await taskGradients(descriptor, final, settings)) {
    subspaces.push({ task, directions: await gradientSubspace(gradients, settings.directions) });
  }
  const random = randomDirections(final.length, settings.directions, settings.seed);
  const ablated = await evaluator.accuracies([
    ...subspaces.map(({ directions }) => without(directions)),
    without(random),
  ]);
  return {
    ...settings,
    tasks: subspaces.map(({ task }, i) => {
      const index = selectivityIndex(task, baseline, ablated[i]!);
      return { task, ...(index === undefined ? {} : { index }), testAccuracy: ablated[i]! };
    }),
    overlaps: subspaces.flatMap((a, i) =>
      subspaces.slice(i + 1).map((b) => ({
        tasks: [a.task, b.task] as [string, string],
        overlap: subspaceOverlap(a.directions, b.directions),
      })),
    ),
    randomTestAccuracy: ablated.at(-1)!,
  };
};
