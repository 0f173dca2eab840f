import type { ModelDescriptor, TaskName } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import { pauseFor } from '../ground/work/pause.js';
import { createSession } from '../runtime/session.js';
import { emitModel } from '../graph/emitModel.js';
import { gradients } from '../graph/gradients.js';
import { input } from '../graph/operators/input.js';
import { Graph, type Tensor } from '../graph/tensor.js';
import { crossEntropy } from '../models/loss.js';
import { buildModel } from '../models/model.js';
import { viewsOf } from '../models/parameters.js';
import { batchesOf } from '../models/tasks/batches.js';
import { labelledPairs } from './pairs.js';

export interface GradientBatches {
  /** Training pairs of each, drawn with replacement. */
  readonly batch: number;
  readonly seed: number;
}

/** A task's own loss and its gradient: feeds `parameters`, `a`, `b`, `labels`; fetches `gradient`. */
const graphOf = (descriptor: ModelDescriptor, task: TaskName, batch: number): Uint8Array => {
  const model = buildModel(descriptor);
  const at = model.tasks.indexOf(task);
  if (at === -1) throw new GeometryError('internal', `The model has no task ${task}.`);
  const graph = new Graph();
  const row = input(graph, 'parameters', 'float32', [model.count]);
  const pairInput = (name: string): Tensor => input(graph, name, 'int32', [batch]);
  const tokens = { a: pairInput('a'), b: pairInput('b') };
  const logits = model.forward(viewsOf(row, model.parameters), tokens);
  const loss = crossEntropy(logits[at]!, pairInput('labels'));
  return emitModel({ gradient: gradients(loss, [row])[0]! });
};

/**
 * Gradients of one task's mean cross-entropy at one row of weights, one per batch of training pairs; every task
 * uses the same batches. One task at a time, because those of all tasks are as large as a hundred checkpoints.
 * @param into one row for each batch; may be overwritten for the next task.
 * @throws GeometryError `cancelled` after the signal.
 */
export const taskGradients = async (
  descriptor: ModelDescriptor,
  task: TaskName,
  row: Float32Array,
  { batch, seed }: GradientBatches,
  into: readonly Float32Array[],
  signal?: AbortSignal,
): Promise<void> => {
  const pause = pauseFor(signal);
  const pairs = labelledPairs(descriptor, 'train');
  const labels = pairs.labels[descriptor.data.tasks.indexOf(task)]!;
  const draws = batchesOf(pairs.a.length, batch, seed);
  const places = new Int32Array(batch);
  const session = await createSession(graphOf(descriptor, task, batch), { provider: 'cpu' });
  try {
    for (const [index, target] of into.entries()) {
      await pause();
      draws.fill(index, places, 0);
      const feed = (values: Int32Array) => ({ data: places.map((place) => values[place]!), dims: [batch] });
      const fetched = await session.run({
        parameters: { data: row, dims: [row.length] },
        a: feed(pairs.a),
        b: feed(pairs.b),
        labels: feed(labels),
      });
      target.set(fetched.gradient!.data as Float32Array);
    }
  } finally {
    await session.dispose();
  }
};
