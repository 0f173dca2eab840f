import type { ModelDescriptor, TaskName } from '../../contract/descriptor.js';
import { pauseFor, type Pause } from '../ground/work/pause.js';
import { createSession } from '../runtime/session.js';
import { forwardGraph } from '../models/forwardGraph.js';
import type { Parameter } from '../models/parameters.js';
import { byMirror } from '../models/tasks/mirrors.js';
import { splitPairs } from '../models/tasks/split.js';
import type { TestAccuracies } from './namedWeights.js';
import { labelledPairs, type LabelledPairs, type PairSet } from './pairs.js';
import { isRight } from './rightAnswers.js';

/** Evaluates a described model with any weights. */
export interface Evaluator {
  readonly tasks: readonly TaskName[];
  /** The model's parameters in the order of a row. */
  readonly parameters: readonly Parameter[];
  readonly pairs: LabelledPairs;
  /**
   * Per row of weights: task → fraction of correct pairs (largest logit at the answer).
   * @throws GeometryError `cancelled` after the signal.
   */
  accuracies(rows: readonly Float32Array[], signal?: AbortSignal): Promise<Record<string, number>[]>;
  /**
   * The same for test pairs, and separately for those without a trained mirror.
   * @throws GeometryError `cancelled`.
   */
  testAccuracies(rows: readonly Float32Array[], signal?: AbortSignal): Promise<TestAccuracies[]>;
  readonly dispose: () => Promise<void>;
}

/**
 * Pairs per call of the graph. Their activations fit in the cache, and many share the first layer's work, which
 * depends only on token and position.
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

  const isUnmirrored = which === 'test' ? unmirroredPlaces(descriptor, pairs) : undefined;
  const unmirrored = isUnmirrored?.reduce((sum, is) => sum + is, 0) ?? 0;

  const accuracy = async (row: Float32Array, pause: Pause): Promise<TestAccuracies> => {
    const right = model.tasks.map(() => ({ all: 0, unmirrored: 0 }));
    const parameters = { data: row, dims: [1, model.count] };
    for (const { start, tokens } of chunks) {
      const logits = await session.run({ parameters, tokens: { data: tokens, dims: [2, batch] } });
      const count = Math.min(batch, pairs.a.length - start);
      model.tasks.forEach((task, t) => {
        const { data } = logits[`logits.${task}`]!;
        const labels = pairs.labels[t]!;
        for (let i = 0; i < count; i++) {
          if (!isRight(data as Float32Array, i, labels[start + i]!, descriptor.model.prime)) continue;
          right[t]!.all++;
          right[t]!.unmirrored += isUnmirrored?.[start + i] ?? 0;
        }
      });
      await pause();
    }
    const shares = (of: 'all' | 'unmirrored', count: number) =>
      Object.fromEntries(model.tasks.map((task, t) => [task, right[t]![of] / count]));
    return {
      testAccuracy: shares('all', pairs.a.length),
      ...(unmirrored > 0 && unmirrored < pairs.a.length
        ? { testAccuracyUnmirrored: shares('unmirrored', unmirrored) }
        : {}),
    };
  };

  const testAccuracies: Evaluator['testAccuracies'] = async (rows, signal) => {
    const pause = pauseFor(signal);
    const found = [];
    for (const row of rows) found.push(await accuracy(row, pause));
    return found;
  };

  return {
    tasks: model.tasks,
    parameters: model.parameters,
    pairs,
    accuracies: async (rows, signal) =>
      (await testAccuracies(rows, signal)).map(({ testAccuracy }) => testAccuracy),
    testAccuracies,
    dispose: () => session.dispose(),
  };
};

/** 1 for each test pair whose mirror is not trained on, else 0. */
const unmirroredPlaces = ({ model, data }: ModelDescriptor, { a, b }: LabelledPairs): Uint8Array => {
  const { unmirrored } = byMirror(splitPairs(model.prime, data.split));
  const places = new Set<number>();
  for (let i = 0; i < unmirrored.length; i += 2)
    places.add(unmirrored[i]! * model.prime + unmirrored[i + 1]!);
  return Uint8Array.from(a, (value, i) => Number(places.has(value * model.prime + b[i]!)));
};

/** Tokens [2, batch] of every chunk; the last is padded with the pair (0, 0), whose answers do not count. */
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
