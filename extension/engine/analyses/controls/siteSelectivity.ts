import * as v from 'valibot';
import type { ModelDescriptor } from '../../../contract/descriptor.js';
import { accuracySchema } from '../../../contract/report.js';
import { openSiteEvaluator, siteGradients, sitesOf } from '../../evaluation/activationSites.js';
import { randomDirections } from '../../geometry/reconstruction/randomDirections.js';
import { meanAccuracy, type Accuracies } from '../../../contract/rankForAccuracy.js';
import { selectivityIndex, subspaceOverlap } from '../../geometry/reconstruction/selectivity.js';
import { aboutMean } from '../../geometry/trajectory.js';
import { gemm } from '../../linalg/gemm.js';
import { transpose, type Matrix } from '../../linalg/matrix.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';
import { throwIfCancelled } from '../../ground/work/tasks.js';

const finite = v.pipe(v.number(), v.finite());

/** Selectivity in the activations of one site (2602.18649 §3.4, Tables 5 and 6). */
export const siteSelectivitySchema = v.object({
  /** `embedding`, `layer1` … (after each layer), `readout` (after the last norm). */
  site: v.string(),
  /** k directions of d. */
  directions: v.number(),
  dimensions: v.number(),
  tasks: v.array(
    v.object({
      task: v.string(),
      /** (own drop − mean other drop)/(sum of both); absent if nothing drops. */
      index: v.optional(finite),
      /** Drops in test accuracy, as fractions. */
      ownDrop: finite,
      othersDrop: finite,
      testAccuracy: accuracySchema,
    }),
  ),
  /** Mean squared cosine between two tasks' subspaces, averaged over task pairs; k/d for random ones. */
  overlap: finite,
  /** Mean drop over the tasks with k random directions removed. */
  randomDrop: finite,
});
export type SiteSelectivity = v.InferOutput<typeof siteSelectivitySchema>;

/** As in the paper. */
const wanted = 10;
const seed = 1;

/**
 * The leading directions of each task's centred gradients with respect to the activations of a site, projected
 * out of these activations for every input. Empty for a single task.
 * @throws GeometryError `cancelled` after the signal.
 */
export const siteSelectivity = async (
  descriptor: ModelDescriptor,
  row: Float32Array,
  baseline: Accuracies,
  signal: AbortSignal,
): Promise<SiteSelectivity[]> => {
  const { tasks } = descriptor.data;
  const { d } = descriptor.model;
  if (tasks.length < 2) return [];
  const count = Math.min(wanted, d);
  const subspaces = new Map<string, Float64Array[]>();
  for (const task of tasks) {
    for (const [site, gradients] of await siteGradients(descriptor, task, row, signal)) {
      throwIfCancelled(signal);
      subspaces.set(`${site} ${task}`, await leadingDirections(gradients, count));
    }
  }
  const random = await randomDirections(d, count, { seed, signal });
  const found: SiteSelectivity[] = [];
  for (const site of sitesOf(descriptor)) {
    const evaluator = await openSiteEvaluator(descriptor, site, signal);
    try {
      const without = async (directions: readonly Float64Array[]): Promise<Record<string, number>> =>
        evaluator.accuracies(row, keptBy(directions, d));
      const entries: SiteSelectivity['tasks'] = [];
      for (const task of tasks) {
        const testAccuracy = await without(subspaces.get(`${site} ${task}`)!);
        const index = selectivityIndex(task, baseline, testAccuracy);
        const drop = (of: string): number => baseline[of]! - testAccuracy[of]!;
        const others = tasks.filter((other) => other !== task);
        entries.push({
          task,
          ...(index === undefined ? {} : { index }),
          ownDrop: drop(task),
          othersDrop: others.reduce((sum, other) => sum + drop(other), 0) / others.length,
          testAccuracy,
        });
      }
      const afterRandom = await without(random);
      found.push({
        ...{ site, directions: count, dimensions: d, tasks: entries },
        overlap: meanOverlap(tasks.map((task) => subspaces.get(`${site} ${task}`)!)),
        randomDrop: meanAccuracy(baseline) - meanAccuracy(afterRandom),
      });
    } finally {
      await evaluator.dispose();
    }
  }
  return found;
};

/** Leading right singular vectors of the centred rows. */
const leadingDirections = async (gradients: Matrix, count: number): Promise<Float64Array[]> => {
  const centred = aboutMean(gradients);
  const { vectors } = await symmetricEigen(await gemm(transpose(centred), centred), { vectors: true });
  const d = gradients.columns;
  return Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length: d }, (_unused, i) => vectors!.data[i * d + k]!),
  );
};

/** I − Σ v vᵀ, row-major. */
const keptBy = (directions: readonly Float64Array[], d: number): Float32Array => {
  const keep = new Float64Array(d * d);
  for (let i = 0; i < d; i++) keep[i * d + i] = 1;
  for (const direction of directions) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) keep[i * d + j]! -= direction[i]! * direction[j]!;
    }
  }
  return Float32Array.from(keep);
};

const meanOverlap = (subspaces: readonly (readonly Float64Array[])[]): number => {
  const overlaps = subspaces.flatMap((a, i) => subspaces.slice(i + 1).map((b) => subspaceOverlap(a, b)));
  return overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length;
};
