import type { Tensor } from '../graph/tensor.js';
import { mul, neg } from '../graph/operators/arithmetic.js';
import { reshape } from '../graph/operators/layout.js';
import { oneHot } from '../graph/operators/lookup.js';
import { reduceSum } from '../graph/operators/reduction.js';
import { logSoftmax } from '../graph/operators/softmax.js';

/** log p of the label where it stands, 0 elsewhere: like the logits. */
const chosenLogs = (logits: Tensor, labels: Tensor): Tensor =>
  mul(logSoftmax(logits, -1), oneHot(labels, logits.shape.at(-1)!, logits.dtype));

/** Cross-entropy of every pair: logits [n, V], labels [n]: [n]; with replicas [replicas, n, V] and [n] or [replicas, n]: [replicas, n]. */
export const pairLosses = (logits: Tensor, labels: Tensor): Tensor =>
  neg(reshape(reduceSum(chosenLogs(logits, labels), [-1]), logits.shape.slice(0, -1)));

/** Mean cross-entropy: logits [n, V], labels [n]: [1]; with replicas [replicas, n, V] and [replicas, n]: [replicas]. */
export const crossEntropy = (logits: Tensor, labels: Tensor): Tensor => {
  const lead = logits.shape.slice(0, -2);
  const total = reduceSum(chosenLogs(logits, labels), [-2, -1]);
  return mul(reshape(total, lead.length === 0 ? [1] : lead), -1 / logits.shape.at(-2)!);
};
