import { GramAccumulator } from '../../linalg/gram.js';
import { pauseFor } from '../../ground/work/pause.js';
import { symmetricEigen } from '../../linalg/symmetricEigen.js';
import { doublyCentred } from '../trajectory.js';
import { meanAccuracy, type Accuracies } from '../../../contract/rankForAccuracy.js';
import { addInto, dot } from './vectors.js';

/**
 * The leading eigenvectors of a task's gradient covariance over batches (2602.18649 §3.4): orthonormal, at most `count`.
 * The paper does not say whether the mean gradient is subtracted. It matters: near the end of training the mean gradient
 * holds the weights against their decay, so that without it no task works.
 *
 * @param gradients one gradient of all parameters per batch.
 * @param aboutMean whether the mean is subtracted: covariance; else the second moment.
 * @throws GeometryError `cancelled` after the signal.
 */
export const gradientSubspace = async (
  gradients: readonly (Float32Array | Float64Array)[],
  { count, aboutMean }: { readonly count: number; readonly aboutMean: boolean },
  signal?: AbortSignal,
): Promise<Float64Array[]> => {
  const pause = pauseFor(signal);
  const n = gradients.length;
  const parameters = gradients[0]!.length;
  const gram = new GramAccumulator(n);
  for (let start = 0; start < parameters; start += gram.pieceLength) {
    const length = Math.min(gram.pieceLength, parameters - start);
    gram.piece.forEach((target, g) => target.set(gradients[g]!.subarray(start, start + length)));
    await gram.add(gram.piece, length);
    await pause();
  }
  const products = gram.result();
  const { values, vectors } = await symmetricEigen(aboutMean ? doublyCentred(products) : products, {
    vectors: true,
  });
  const directions: Float64Array[] = [];
  for (let i = 0; i < Math.min(count, n); i++) {
    // Below this a direction is rounding of the larger ones.
    if (!(values[i]! > values[0]! * 1e-10)) break;
    const direction = new Float64Array(parameters);
    // About the mean the coefficients sum to zero, so that the mean itself drops out.
    const scale = 1 / Math.sqrt(values[i]!);
    for (const [g, gradient] of gradients.entries()) {
      addInto(direction, scale * vectors!.data[g * n + i]!, gradient);
      await pause();
    }
    directions.push(direction);
  }
  return directions;
};

/** Mean squared cosine of the principal angles between two subspaces of equal dimension: 0 orthogonal, 1 equal. */
export const subspaceOverlap = (
  a: readonly (Float32Array | Float64Array)[],
  b: readonly (Float32Array | Float64Array)[],
): number => {
  const sum = a.reduce((total, x) => total + b.reduce((inner, y) => inner + dot(x, y) ** 2, 0), 0);
  return sum / Math.min(a.length, b.length);
};

/**
 * (own − others)/(own + others) of the drops in accuracy when a task's directions are removed: `own` is the
 * drop of that task, `others` the mean drop of the other tasks. 1 where only the task itself drops, 0 where
 * all drop equally, −1 where only the others drop. A gain counts as no drop. Undefined where nothing drops,
 * or where there is no other task.
 */
export const selectivityIndex = (
  task: string,
  baseline: Accuracies,
  ablated: Accuracies,
): number | undefined => {
  const drops = Object.entries(baseline).map(
    ([name, whole]) => [name, Math.max(0, whole - ablated[name]!)] as const,
  );
  const others = Object.fromEntries(drops.filter(([name]) => name !== task));
  if (Object.keys(others).length === 0) return undefined;
  const own = Object.fromEntries(drops)[task]!;
  const other = meanAccuracy(others);
  return own + other > 0 ? (own - other) / (own + other) : undefined;
};
