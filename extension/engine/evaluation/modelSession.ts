import type { ModelDescriptor } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import { forwardGraph, gradientGraph, hessianGraph, hiddenGraph } from '../models/forwardGraph.js';
import { buildModel } from '../models/model.js';
import type { Parameter } from '../models/parameters.js';
import { createSession, type GraphSession, type NamedTensor } from '../runtime/session.js';
import { labelledPairs, type LabelledPairs, type PairSet } from './pairs.js';
import { countRight } from './rightAnswers.js';

export type Row = Float32Array | Float64Array;

export interface ModelSessionOptions {
  readonly dtype: 'float32' | 'float64';
  /** Threads of one operator; onnxruntime's own choice when absent. */
  readonly threads?: number;
}

/** Indices of pairs in a set of them; may repeat. */
export type Batch = ArrayLike<number>;

/**
 * A described model with more than accuracy, at any row of weights, in float32 or float64. Rows are in the
 * order of `parameters`. A graph is built for each batch size on first use.
 */
export interface ModelSession {
  readonly descriptor: ModelDescriptor;
  readonly parameters: readonly Parameter[];
  /** Length of a row. */
  readonly count: number;
  readonly pairs: (which: PairSet) => LabelledPairs;
  /**
   * Gradient of the sum over tasks of the mean cross-entropy over training pairs, and each task's loss.
   * @throws GeometryError `invalid-argument` for an index outside the training pairs.
   */
  gradient(
    row: Row,
    batch: Batch,
  ): Promise<{ readonly gradient: Float64Array; readonly losses: Float64Array }>;
  /** The Hessian of the same loss times a direction. */
  hessianTimes(row: Row, direction: Row, batch: Batch): Promise<Float64Array>;
  /** The residual stream at the read-out, before the last norm, of every pair: [pairs, d], row-major. */
  hidden(row: Row, a: Int32Array, b: Int32Array): Promise<Float64Array>;
  /** Per task, 1 for every pair whose largest logit is the answer's. */
  rightAnswers(row: Row, pairs: LabelledPairs): Promise<Uint8Array[]>;
  dispose(): Promise<void>;
}

/** Pairs per call of a forward graph, so that activations fit in the cache. */
const pairsAtOnce = 1200;

type GraphKind = 'gradient' | 'hessian' | 'hidden' | 'logits';

/**
 * A session over the model of a descriptor.
 * @throws GeometryError `invalid-config` for a split that leaves no pairs; `no-provider`.
 */
export const openModelSession = (
  descriptor: ModelDescriptor,
  { dtype, threads }: ModelSessionOptions,
): ModelSession => {
  const model = buildModel(descriptor);
  const sets = new Map<PairSet, LabelledPairs>();
  const pairs = (which: PairSet): LabelledPairs => {
    const found = sets.get(which) ?? labelledPairs(descriptor, which);
    sets.set(which, found);
    return found;
  };
  const graphs: Readonly<Record<GraphKind, (batch: number) => Uint8Array>> = {
    gradient: (batch) => gradientGraph({ descriptor, replicas: 1, batch, dtype }).bytes,
    hessian: (batch) => hessianGraph({ descriptor, batch, dtype }).bytes,
    hidden: (batch) => hiddenGraph({ descriptor, replicas: 1, batch, dtype }).bytes,
    logits: (batch) => forwardGraph({ descriptor, replicas: 1, batch, dtype }).bytes,
  };
  const opened = new Map<string, Promise<GraphSession>>();
  const open = (kind: GraphKind, batch: number): Promise<GraphSession> => {
    const key = `${kind}|${batch}`;
    const found =
      opened.get(key) ??
      createSession(graphs[kind](batch), { provider: 'cpu', ...(threads === undefined ? {} : { threads }) });
    opened.set(key, found);
    return found;
  };
  const rowFeed = (row: Row) => ({ data: asType(row, dtype), dims: [1, model.count] });

  /** Tokens and labels of a batch, with a replica axis for the graph that has one. */
  const batchFeeds = (batch: Batch, lead: readonly number[]) => {
    const { a, b, labels } = pairs('train');
    const size = batch.length;
    const tokens = new Int32Array(2 * size);
    const answers = new Int32Array(labels.length * size);
    for (let i = 0; i < size; i++) {
      const place = batch[i]!;
      if (!(place >= 0 && place < a.length)) {
        throw new GeometryError(
          'invalid-argument',
          `A batch names the training pair ${place}, but there are ${a.length}, counted from 0.`,
        );
      }
      tokens[i] = a[place]!;
      tokens[size + i] = b[place]!;
      labels.forEach((task, t) => (answers[t * size + i] = task[place]!));
    }
    return {
      tokens: { data: tokens, dims: [...lead, 2, size] },
      labels: { data: answers, dims: [...lead, labels.length, size] },
    };
  };

  /**
   * Runs a graph of tokens [2, batch] over pairs in chunks; the last is padded with pairs (0, 0), which are not
   * counted.
   */
  const forward = async (
    kind: 'hidden' | 'logits',
    row: Row,
    a: Int32Array,
    b: Int32Array,
    onChunk: (fetched: Record<string, NamedTensor>, start: number, count: number) => void,
  ): Promise<void> => {
    const size = Math.ceil(a.length / Math.ceil(a.length / pairsAtOnce));
    const session = await open(kind, size);
    for (let start = 0; start < a.length; start += size) {
      const tokens = new Int32Array(2 * size);
      tokens.set(a.subarray(start, start + size), 0);
      tokens.set(b.subarray(start, start + size), size);
      const fetched = await session.run({
        parameters: rowFeed(row),
        tokens: { data: tokens, dims: [2, size] },
      });
      onChunk(fetched, start, Math.min(size, a.length - start));
    }
  };

  return {
    descriptor,
    parameters: model.parameters,
    count: model.count,
    pairs,
    gradient: async (row, batch) => {
      const feeds = batchFeeds(batch, [1]);
      const session = await open('gradient', batch.length);
      const fetched = await session.run({ parameters: rowFeed(row), ...feeds });
      return {
        gradient: Float64Array.from(fetched.gradient!.data as Row),
        losses: Float64Array.from(fetched.losses!.data as Row),
      };
    },
    hessianTimes: async (row, direction, batch) => {
      const feeds = batchFeeds(batch, []);
      const session = await open('hessian', batch.length);
      const fetched = await session.run({
        parameters: rowFeed(row),
        direction: rowFeed(direction),
        ...feeds,
      });
      return Float64Array.from(fetched.product!.data as Row);
    },
    hidden: async (row, a, b) => {
      const { d } = descriptor.model;
      const result = new Float64Array(a.length * d);
      await forward('hidden', row, a, b, (fetched, start, count) => {
        result.set((fetched.hidden!.data as Row).subarray(0, count * d), start * d);
      });
      return result;
    },
    rightAnswers: async (row, { a, b, labels }) => {
      const classes = descriptor.model.prime;
      const right = labels.map(() => new Uint8Array(a.length));
      await forward('logits', row, a, b, (fetched, start, count) => {
        model.tasks.forEach((task, t) => {
          const logits = fetched[`logits.${task}`]!.data as Row;
          for (let i = 0; i < count; i++) {
            const own = logits.subarray(i * classes, (i + 1) * classes);
            right[t]![start + i] = countRight(own, [labels[t]![start + i]!], classes);
          }
        });
      });
      return right;
    },
    dispose: async () => {
      for (const session of await Promise.all(opened.values())) await session.dispose();
      opened.clear();
    },
  };
};

const asType = (row: Row, dtype: 'float32' | 'float64'): Row => {
  if (dtype === 'float64') return row instanceof Float64Array ? row : Float64Array.from(row);
  return row instanceof Float32Array ? row : Float32Array.from(row);
};
