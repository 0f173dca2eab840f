import type { Batches } from '../../models/tasks/batches.js';

export interface StepFeedsRequest {
  readonly batches: Batches;
  readonly pairs: Int32Array;
  /** Per task, of every pair. */
  readonly labels: readonly Int32Array[];
  readonly fromStep: number;
  readonly steps: number;
}

/** The pairs of a run's chunk of steps: `tokens` [steps, 2, batch] and `labels` [steps, tasks, batch]. */
export const stepFeeds = ({
  batches,
  pairs,
  labels,
  fromStep,
  steps,
}: StepFeedsRequest): Record<'tokens' | 'labels', Int32Array> => {
  const { size } = batches;
  const places = new Int32Array(size);
  const tokens = new Int32Array(steps * 2 * size);
  const answers = new Int32Array(steps * labels.length * size);
  for (let turn = 0; turn < steps; turn++) {
    batches.fill(fromStep + turn, places, 0);
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
  return { tokens, labels: answers };
};
