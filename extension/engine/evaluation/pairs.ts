import type { ModelDescriptor } from '../../contract/descriptor.js';
import { splitPairs } from '../models/tasks/split.js';
import { taskLabels } from '../models/tasks/tasks.js';

/** Pairs of tokens and every task's answers to them. */
export interface LabelledPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** In the order of the descriptor's tasks. */
  readonly labels: readonly Int32Array[];
}

/** Which pairs of a described model's data: held-out, training, or both. */
export type PairSet = 'test' | 'train' | 'all';

const interleaved = ({ model, data }: ModelDescriptor, which: PairSet): Int32Array => {
  const sides = splitPairs(model.prime, data.split);
  return which === 'all' ? Int32Array.from([...sides.train, ...sides.test]) : sides[which];
};

/**
 * Pairs in the split's own order.
 * @throws GeometryError `invalid-config` for a prime or a fraction that leaves nothing to run.
 */
export const labelledPairs = (descriptor: ModelDescriptor, which: PairSet): LabelledPairs => {
  const pairs = interleaved(descriptor, which);
  const { tasks } = descriptor.data;
  return {
    a: pairs.filter((_, i) => i % 2 === 0),
    b: pairs.filter((_, i) => i % 2 === 1),
    labels: tasks.map((task) => taskLabels(task, pairs, descriptor.model.prime)),
  };
};
