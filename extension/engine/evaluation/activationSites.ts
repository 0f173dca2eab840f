import type { ModelDescriptor, TaskName } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import { emitModel } from '../graph/emitModel.js';
import { gradients } from '../graph/gradients.js';
import { input } from '../graph/operators/input.js';
import { matMul } from '../graph/operators/matmul.js';
import { reduceSum } from '../graph/operators/reduction.js';
import { Graph, type Tensor } from '../graph/tensor.js';
import { pauseFor } from '../ground/work/pause.js';
import type { Matrix } from '../linalg/matrix.js';
import { pairLosses } from '../models/loss.js';
import { buildModel, type Site, type Tap } from '../models/model.js';
import { viewsOf } from '../models/parameters.js';
import { createSession } from '../runtime/session.js';
import { labelledPairs } from './pairs.js';
import { countRight } from './rightAnswers.js';

/** Number of pairs per call of the graph. */
const pairsAtOnce = 1200;

/** The sites of a model, from the embedding to the read-out. */
export const sitesOf = ({ model }: Pick<ModelDescriptor, 'model'>): Site[] => [
  'embedding',
  ...Array.from({ length: model.layers }, (_, i): Site => `layer${i + 1}`),
  'readout',
];

const open = (descriptor: ModelDescriptor, batch: number, tap: Tap) => {
  const model = buildModel(descriptor);
  const graph = new Graph();
  const row = input(graph, 'parameters', 'float32', [model.count]);
  const pairInput = (name: string): Tensor => input(graph, name, 'int32', [batch]);
  const tokens = { a: pairInput('a'), b: pairInput('b') };
  const logits = model.forward(viewsOf(row, model.parameters), tokens, tap);
  return { model, graph, logits, pairInput };
};

/** The pairs in equal batches; the last is padded with the pair (0, 0), whose results are dropped. */
const batchesOf = (count: number) => {
  const batch = Math.ceil(count / Math.ceil(count / pairsAtOnce));
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, i) => i * batch);
  const cut = (values: Int32Array, start: number) => {
    const data = new Int32Array(batch);
    data.set(values.subarray(start, start + batch));
    return { data, dims: [batch] };
  };
  return { batch, starts, cut };
};

/**
 * Gradients of one task's cross-entropy, summed over the training pairs, by the activations of every site: one row of d
 * numbers for each pair and position that is read there.
 * @throws GeometryError `cancelled` after the signal.
 */
export const siteGradients = async (
  descriptor: ModelDescriptor,
  task: TaskName,
  row: Float32Array,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Site, Matrix>> => {
  const pause = pauseFor(signal);
  const pairs = labelledPairs(descriptor, 'train');
  const at = descriptor.data.tasks.indexOf(task);
  if (at === -1) throw new GeometryError('internal', `The model has no task ${task}.`);
  const count = pairs.a.length;
  const { batch, starts, cut } = batchesOf(count);
  const seen = new Map<Site, Tensor>();
  const { logits, pairInput } = open(descriptor, batch, (site, rows) => {
    seen.set(site, rows);
    return rows;
  });
  const loss = reduceSum(pairLosses(logits[at]!, pairInput('labels')), [-1]);
  // One after another: a gradient goes back no further than to the activations it is taken by.
  const fetched = [...seen].map(([site, rows]) => [`gradient.${site}`, gradients(loss, [rows])[0]!] as const);
  const session = await createSession(emitModel(Object.fromEntries(fetched)), { provider: 'cpu' });
  try {
    const positions = new Map([...seen].map(([site, rows]) => [site, rows.shape.at(-2)! / batch]));
    const { d } = descriptor.model;
    const found = new Map<Site, Matrix>(
      [...positions].map(([site, each]) => [
        site,
        { rows: each * count, columns: d, data: new Float64Array(each * count * d) },
      ]),
    );
    for (const start of starts) {
      await pause();
      const kept = Math.min(batch, count - start);
      const result = await session.run({
        parameters: { data: row, dims: [row.length] },
        a: cut(pairs.a, start),
        b: cut(pairs.b, start),
        labels: cut(pairs.labels[at]!, start),
      });
      for (const [site, each] of positions) {
        const values = result[`gradient.${site}`]!.data as Float32Array;
        for (let position = 0; position < each; position++) {
          const from = position * batch * d;
          found.get(site)!.data.set(values.subarray(from, from + kept * d), (position * count + start) * d);
        }
      }
    }
    return found;
  } finally {
    await session.dispose();
  }
};

/** Test accuracies with modified activations at one site. */
export interface SiteEvaluator {
  /** Task → fraction of test pairs answered right when the site's rows x become x·keep, keep d × d. */
  readonly accuracies: (row: Float32Array, keep: Float32Array) => Promise<Record<string, number>>;
  readonly dispose: () => Promise<void>;
}

export const openSiteEvaluator = async (
  descriptor: ModelDescriptor,
  at: Site,
  signal?: AbortSignal,
): Promise<SiteEvaluator> => {
  const pause = pauseFor(signal);
  const pairs = labelledPairs(descriptor, 'test');
  const count = pairs.a.length;
  const { batch, starts, cut } = batchesOf(count);
  const { d, prime } = descriptor.model;
  const { model, logits } = open(descriptor, batch, (site, rows) =>
    site === at ? matMul(rows, input(rows.graph, 'keep', 'float32', [d, d])) : rows,
  );
  const outputs = Object.fromEntries(logits.map((task, t) => [`logits.${model.tasks[t]!}`, task]));
  const session = await createSession(emitModel(outputs), { provider: 'cpu' });
  return {
    accuracies: async (row, keep) => {
      const right = model.tasks.map(() => 0);
      for (const start of starts) {
        await pause();
        const fetched = await session.run({
          parameters: { data: row, dims: [row.length] },
          a: cut(pairs.a, start),
          b: cut(pairs.b, start),
          keep: { data: keep, dims: [d, d] },
        });
        model.tasks.forEach((task, t) => {
          const labels = pairs.labels[t]!.subarray(start, Math.min(start + batch, count));
          right[t]! += countRight(fetched[`logits.${task}`]!.data as Float32Array, labels, prime);
        });
      }
      return Object.fromEntries(model.tasks.map((task, t) => [task, right[t]! / count]));
    },
    dispose: () => session.dispose(),
  };
};
