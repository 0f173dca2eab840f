import type { NamedTensor } from '../../runtime/session.js';
import type { Batches } from '../tasks/batches.js';

export interface StepFeedsRequest {
  readonly batches: Batches;
  readonly pairs: Int32Array;
  /** Per task, of every pair. */
  readonly labels: readonly Int32Array[];
  readonly fromStep: number;
  readonly steps: number;
  readonly replicas: number;
}

/** The pairs of a chunk of steps: `tokens` [steps, replicas, 2, batch] and `labels` [steps, replicas, tasks, batch]. */
export const stepFeeds = (request: StepFeedsRequest): Record<'tokens' | 'labels', NamedTensor> => {
  const { batches, pairs, labels, fromStep, steps, replicas } = request;
  const { size } = batches;
  const places = new Int32Array(size);
  const tokens = new Int32Array(steps * replicas * 2 * size);
  const answers = new Int32Array(steps * replicas * labels.length * size);
  for (let turn = 0; turn < steps * replicas; turn++) {
    // Steps of one replica are the steps of a run; those of several are drawn one after the other.
    batches.fill(fromStep * replicas + turn, places, 0);
    const tokensAt = turn * 2 * size;
    const answersAt = turn * labels.length * size;
    for (let i = 0; i < size; i++) {
      const place = places[i]!;
      tokens[tokensAt + i] = pairs[2 * place]!;
      tokens[tokensAt + size + i] = pairs[2 * place + 1]!;
      for (let task = 0; task < labels.length; task++) {
        answers[answersAt + task * size + i] = labels[task]![place]!;
      }
    }
  }
  return {
    tokens: { data: tokens, dims: [steps, replicas, 2, size] },
    labels: { data: answers, dims: [steps, replicas, labels.length, size] },
  };
};
