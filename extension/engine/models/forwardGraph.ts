import type { ModelDescriptor } from '../../contract/descriptor.js';
import { emitModel } from '../graph/emitModel.js';
import { add, mul } from '../graph/operators/arithmetic.js';
import { input } from '../graph/operators/input.js';
import { concat, reshape, split } from '../graph/operators/layout.js';
import { hits } from '../graph/operators/lookup.js';
import { reduceSum } from '../graph/operators/reduction.js';
import { Graph, type Tensor } from '../graph/tensor.js';
import { gradients } from '../graph/gradients.js';
import { crossEntropy, pairLosses } from './loss.js';
import { buildModel, type BuiltModel } from './model.js';
import { viewsOf } from './parameters.js';

export interface ModelGraphOptions {
  readonly descriptor: ModelDescriptor;
  /** Rows of weights that go through the graph at once. */
  readonly replicas: number;
  /** Pairs. */
  readonly batch: number;
  readonly dtype: 'float32' | 'float64';
}

export interface ModelGraph {
  readonly bytes: Uint8Array;
  readonly model: BuiltModel;
}

const open = ({ descriptor, replicas, dtype }: ModelGraphOptions) => {
  const model = buildModel(descriptor);
  const graph = new Graph();
  const lead = replicas === 1 ? [] : [replicas];
  const rows = reshape(input(graph, 'parameters', dtype, [replicas, model.count]), [...lead, model.count]);
  const views = viewsOf(rows, model.parameters);
  const oneByOne = (fed: Tensor): readonly Tensor[] => {
    const { shape } = fed;
    const count = shape.at(-2)!;
    return split(fed, -2, new Array<number>(count).fill(1)).map((piece) =>
      reshape(piece, [...shape.slice(0, -2), shape.at(-1)!]),
    );
  };
  return { model, graph, lead, rows, views, oneByOne };
};

/**
 * Logits of many rows of weights on the same pairs.
 *
 * Feeds: `parameters` [replicas, parameters]; `tokens` int32 [2, batch]. Fetches: `logits.<task>` [replicas, batch, prime].
 */
export const forwardGraph = (options: ModelGraphOptions): ModelGraph => {
  const { model, graph, views, oneByOne } = open(options);
  const [a, b] = oneByOne(input(graph, 'tokens', 'int32', [2, options.batch])) as [Tensor, Tensor];
  const outputs = model
    .forward(views, { a, b })
    .map((logits, i) => [
      `logits.${model.tasks[i]!}`,
      reshape(logits, [options.replicas, options.batch, logits.shape.at(-1)!]),
    ]);
  return { bytes: emitModel(Object.fromEntries(outputs) as Record<string, Tensor>), model };
};

/**
 * The residual stream where it is read out, before the last norm, of many rows of weights on the same pairs.
 *
 * Feeds: `parameters` [replicas, parameters]; `tokens` int32 [2, batch]. Fetches: `hidden` [replicas, batch, d].
 */
export const hiddenGraph = (options: ModelGraphOptions): ModelGraph => {
  const { model, graph, views, oneByOne } = open(options);
  const [a, b] = oneByOne(input(graph, 'tokens', 'int32', [2, options.batch])) as [Tensor, Tensor];
  const hidden = model.hidden(views, { a, b });
  const shape = [options.replicas, options.batch, hidden.shape.at(-1)!];
  return { bytes: emitModel({ hidden: reshape(hidden, shape) }), model };
};

/**
 * How many answers are right and the mean cross-entropy, of many rows of weights on the same pairs; pairs of weight 0 do
 * not count, so one graph serves sets of any size up to `batch`.
 *
 * Feeds: `parameters` [replicas, parameters]; `tokens` int32 [2, batch]; `labels` int32 [tasks, batch]; `pairWeights`
 * [batch]. Fetches: `correct` [replicas, tasks], sums of pair weights where the largest logit is the label's; `losses`
 * [replicas, tasks], sums over pairs of weight · cross-entropy.
 */
export const evaluationGraph = (options: ModelGraphOptions): ModelGraph => {
  const { descriptor, replicas, batch, dtype } = options;
  const { model, graph, lead, views, oneByOne } = open(options);
  const [a, b] = oneByOne(input(graph, 'tokens', 'int32', [2, batch])) as [Tensor, Tensor];
  const labels = oneByOne(input(graph, 'labels', 'int32', [descriptor.data.tasks.length, batch]));
  const pairWeights = input(graph, 'pairWeights', dtype, [batch]);
  const logits = model.forward(views, { a, b });
  const correct = logits.map((task, i) => reduceSum(mul(hits(task, labels[i]!), pairWeights), [-1]));
  const losses = logits.map((task, i) => reduceSum(mul(pairLosses(task, labels[i]!), pairWeights), [-1]));
  const joined = (columns: readonly Tensor[]): Tensor =>
    reshape(
      concat(
        columns.map((column) => reshape(column, [...lead, 1])),
        -1,
      ),
      [replicas, columns.length],
    );
  return { bytes: emitModel({ correct: joined(correct), losses: joined(losses) }), model };
};

/**
 * Loss and its gradient at many rows of weights, each on its own pairs.
 *
 * Feeds: `parameters` [replicas, parameters]; `tokens` int32 [replicas, 2, batch]; `labels` int32 [replicas, tasks, batch].
 * Fetches: `gradient` [replicas, parameters] of the sum of the tasks' losses; `losses` [replicas, tasks].
 */
export const gradientGraph = (options: ModelGraphOptions): ModelGraph => {
  const { descriptor, replicas, batch } = options;
  const { model, graph, lead, rows, views, oneByOne } = open(options);
  const fed = (name: string, count: number): readonly Tensor[] =>
    oneByOne(reshape(input(graph, name, 'int32', [replicas, count, batch]), [...lead, count, batch]));
  const [a, b] = fed('tokens', 2) as [Tensor, Tensor];
  const labels = fed('labels', descriptor.data.tasks.length);
  const losses = model.forward(views, { a, b }).map((task, i) => crossEntropy(task, labels[i]!));
  const [gradient] = gradients(
    losses.reduce((sum, loss) => add(sum, loss)),
    [rows],
  ) as [Tensor];
  return {
    bytes: emitModel({
      gradient: reshape(gradient, [replicas, model.count]),
      losses: reshape(
        concat(
          losses.map((loss) => reshape(loss, [replicas, 1])),
          -1,
        ),
        [replicas, losses.length],
      ),
    }),
    model,
  };
};

/**
 * The Hessian of the sum of the tasks' losses at a row of weights times a direction: the gradient of ⟨gradient, direction⟩.
 *
 * Feeds: `parameters` and `direction` [1, parameters]; `tokens` int32 [2, batch]; `labels` int32 [tasks, batch]. Fetches:
 * `product` [1, parameters].
 */
export const hessianGraph = (options: Omit<ModelGraphOptions, 'replicas'>): ModelGraph => {
  const { descriptor, batch, dtype } = options;
  const { model, graph, rows, views, oneByOne } = open({ ...options, replicas: 1 });
  const [a, b] = oneByOne(input(graph, 'tokens', 'int32', [2, batch])) as [Tensor, Tensor];
  const labels = oneByOne(input(graph, 'labels', 'int32', [descriptor.data.tasks.length, batch]));
  const losses = model.forward(views, { a, b }).map((task, i) => crossEntropy(task, labels[i]!));
  const [gradient] = gradients(
    losses.reduce((sum, loss) => add(sum, loss)),
    [rows],
  ) as [Tensor];
  const direction = reshape(input(graph, 'direction', dtype, [1, model.count]), [model.count]);
  const [product] = gradients(reduceSum(mul(gradient, direction), [-1]), [rows]) as [Tensor];
  return { bytes: emitModel({ product: reshape(product, [1, model.count]) }), model };
};
