import type { ModelDescriptor, TaskName } from '../../contract/descriptor.js';
import { pauseFor, type Pause } from '../ground/work/pause.js';
import { createSession } from '../runtime/session.js';
import { forwardGraph } from '../models/forwardGraph.js';
import type { Parameter } from '../models/parameters.js';
import { labelledPairs, type LabelledPairs, type PairSet } from './pairs.js';
import { countRight } from './rightAnswers.js';

/** Runs a described model with any weights. */
export interface Evaluator {
  readonly tasks: readonly TaskName[];
  /** The model's parameters in the order of a row. */
  readonly parameters: readonly Parameter[];
  readonly pairs: LabelledPairs;
  /**
   * Per row of weights: task → fraction of the pairs whose largest logit is the answer's.
   * @throws GeometryError `cancelled` after the signal.
   */
  accuracies(rows: readonly Float32Array[], signal?: AbortSignal): Promise<Record<string, number>[]>;
  readonly dispose: () => Promise<void>;
}

/**
 * Pairs that go through the graph together. The activations of so many stay in the cache, and the first layer's work,
 * which depends on token and position alone, is still shared by many.
 */
const pairsAtOnce = 1200;

/**
 * A session over the trainer's forward graph.
 * @throws GeometryError `invalid-config` for a split that leaves no pairs, `no-provider`.
 */
export const openEvaluator = async (
  descriptor: ModelDescriptor,
  which: PairSet = 'test',
): Promise<Evaluator> => {
  const pairs = labelledPairs(descriptor, which);
  const batch = Math.ceil(pairs.a.length / Math.ceil(pairs.a.length / pairsAtOnce));
  const { bytes, model } = forwardGraph({ descriptor, replicas: 1, batch, dtype: 'float32' });
  const session = await createSession(bytes, { provider: 'cpu' });
  const chunks = tokenChunks(pairs, batch);

  const accuracy = async (row: Float32Array, pause: Pause): Promise<Record<string, number>> => {
    const right = model.tasks.map(() => 0);
    const parameters = { data: row, dims: [1, model.count] };
    for (const { start, tokens } of chunks) {
      const logits = await session.run({ parameters, tokens: { data: tokens, dims: [2, batch] } });
      const count = Math.min(batch, pairs.a.length - start);
      model.tasks.forEach((task, t) => {
        const { data } = logits[`logits.${task}`]!;
        const labels = pairs.labels[t]!.subarray(start, start + count);
        right[t]! += countRight(data as Float32Array, labels, descriptor.model.prime);
      });
      await pause();
    }
    return Object.fromEntries(model.tasks.map((task, t) => [task, right[t]! / pairs.a.length]));
  };

  return {
    tasks: model.tasks,
    parameters: model.parameters,
    pairs,
    accuracies: async (rows, signal) => {
      const pause = pauseFor(signal);
      const found = [];
      for (const row of rows) found.push(await accuracy(row, pause));
      return found;
    },
    dispose: () => session.dispose(),
  };
};

/** Tokens [2, batch] of every chunk; the last is filled up with the pair (0, 0), whose answers do not count. */
const tokenChunks = ({ a, b }: LabelledPairs, batch: number) => {
  const chunks: { start: number; tokens: Int32Array }[] = [];
  for (let start = 0; start < a.length; start += batch) {
    const tokens = new Int32Array(2 * batch);
    tokens.set(a.subarray(start, start + batch), 0);
    tokens.set(b.subarray(start, start + batch), batch);
    chunks.push({ start, tokens });
  }
  return chunks;
};
