import type { ModelDescriptor } from '../../../contract/descriptor.js';
import { gradientGraph } from '../../models/forwardGraph.js';
import { buildModel } from '../../models/model.js';
import type { PairSplit } from '../../models/tasks/split.js';
import { taskLabels } from '../../models/tasks/tasks.js';
import type { GraphSession } from '../../runtime/session.js';
import type { Floats } from '../run/trainerState.js';

/** Maximum number of pairs in the gradient: one call of the graph. */
const MOST_PAIRS = 16_384;

export interface GradientRequest {
  readonly descriptor: ModelDescriptor;
  readonly pairs: PairSplit;
  readonly dtype: 'float32' | 'float64';
  readonly open: (bytes: Uint8Array) => Promise<GraphSession>;
}

/**
 * The gradient of the loss on all training pairs (at most the first 16,384) at a row of weights; the session is
 * opened on first use.
 */
export const createTrainingGradient = ({ descriptor, pairs, dtype, open }: GradientRequest) => {
  let session: GraphSession | undefined;
  const batch = Math.min(MOST_PAIRS, pairs.train.length / 2);
  const part = pairs.train.subarray(0, 2 * batch);
  const { tasks } = buildModel(descriptor);
  return async (weights: Floats): Promise<Floats> => {
    session ??= await open(gradientGraph({ descriptor, replicas: 1, batch, dtype }).bytes);
    const tokens = new Int32Array(2 * batch);
    part.forEach((token, i) => (tokens[(i % 2) * batch + (i >> 1)] = token));
    const labels = new Int32Array(tasks.length * batch);
    tasks.forEach((task, i) => labels.set(taskLabels(task, part, descriptor.model.prime), i * batch));
    const { gradient } = await session.run({
      parameters: { data: weights, dims: [1, weights.length] },
      tokens: { data: tokens, dims: [1, 2, batch] },
      labels: { data: labels, dims: [1, tasks.length, batch] },
    });
    return gradient!.data as Floats;
  };
};
