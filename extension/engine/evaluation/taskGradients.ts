import type { ModelDescriptor, TaskName } from '../../contract/descriptor.js';
import { createSession } from '../runtime/session.js';
import { emitModel } from '../training/graph/emitModel.js';
import { gradients } from '../training/graph/gradients.js';
import { input } from '../training/graph/operators/input.js';
import { Graph, type Tensor } from '../training/graph/tensor.js';
import { crossEntropy } from '../training/models/loss.js';
import { buildModel } from '../training/models/model.js';
import { viewsOf } from '../training/models/parameters.js';
import { batchesOf } from '../training/tasks/batches.js';
import { labelledPairs } from './pairs.js';

export interface GradientBatches {
  /** Batches of training pairs, drawn with replacement. */
  readonly batches: number;
  readonly batch: number;
  readonly seed: number;
}

/** Each task's own loss and its gradient: feeds `parameters`, `a`, `b`, `labels.<task>`; fetches `gradient.<task>`. */
const graphOf = (descriptor: ModelDescriptor, batch: number) => {
  const model = buildModel(descriptor);
  const graph = new Graph();
  const row = input(graph, 'parameters', 'float32', [model.count]);
  const pairInput = (name: string): Tensor => input(graph, name, 'int32', [batch]);
  const tokens = { a: pairInput('a'), b: pairInput('b') };
  const logits = model.forward(viewsOf(row, model.parameters), tokens);
  const outputs = model.tasks.map((task, t) => {
    const loss = crossEntropy(logits[t]!, pairInput(`labels.${task}`));
    return [`gradient.${task}`, gradients(loss, [row])[0]!] as const;
  });
  return { bytes: emitModel(Object.fromEntries(outputs)), model };
};

/**
 * Gradients of each task's mean cross-entropy at one row of weights, one per batch of training pairs; the same batches for
 * every task.
 */
export const taskGradients = async (
  descriptor: ModelDescriptor,
  row: Float32Array,
  { batches, batch, seed }: GradientBatches,
): Promise<ReadonlyMap<TaskName, readonly Float64Array[]>> => {
  const pairs = labelledPairs(descriptor, 'train');
  const { bytes, model } = graphOf(descriptor, batch);
  const draws = batchesOf(pairs.a.length, batch, seed);
  const places = new Int32Array(batch);
  const found = new Map(model.tasks.map((task) => [task, [] as Float64Array[]]));
  const session = await createSession(bytes, { provider: 'cpu' });
  try {
    for (let index = 0; index < batches; index++) {
      draws.fill(index, places, 0);
      const feed = (values: Int32Array) => ({ data: places.map((place) => values[place]!), dims: [batch] });
      const labels = model.tasks.map((task, t) => [`labels.${task}`, feed(pairs.labels[t]!)] as const);
      const fetched = await session.run({
        parameters: { data: row, dims: [row.length] },
        a: feed(pairs.a),
        b: feed(pairs.b),
        ...Object.fromEntries(labels),
      });
      for (const [task, list] of found) {
        list.push(Float64Array.from(fetched[`gradient.${task}`]!.data as Float32Array));
      }
    }
  } finally {
    await session.dispose();
  }
  return found;
};
