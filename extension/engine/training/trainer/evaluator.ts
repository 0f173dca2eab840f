import type { TaskName } from '../../../contract/descriptor.js';
import type { GraphSession } from '../../runtime/session.js';
import type { Floats } from '../run/trainerState.js';
import type { PairSplit } from '../../models/tasks/split.js';
import { byMirror } from '../../models/tasks/mirrors.js';
import { taskLabels } from '../../models/tasks/tasks.js';
import type { Evaluation } from './trainingEngine.js';

export interface EvaluatorRequest {
  readonly tasks: readonly TaskName[];
  readonly prime: number;
  readonly pairs: PairSplit;
  readonly dtype: 'float32' | 'float64';
  /** A session of the evaluation graph for so many pairs. */
  readonly open: (batch: number) => Promise<GraphSession>;
}

/** Maximum number of pairs per call of the graph. */
const LARGEST_BLOCK = 2048;

interface Sums {
  readonly pairs: number;
  /** Per task. */
  readonly correct: readonly number[];
  readonly losses: readonly number[];
}

/** Accuracy and loss over all training and all test pairs; the session is opened on the first evaluation. */
export const createEvaluator = (request: EvaluatorRequest): ((weights: Floats) => Promise<Evaluation>) => {
  const { tasks, prime, pairs, dtype } = request;
  const { mirrored, unmirrored } = byMirror(pairs);
  const most = Math.max(pairs.train.length, mirrored.length, unmirrored.length) / 2;
  // Equal blocks need the least padding.
  const block = Math.ceil(most / Math.ceil(most / LARGEST_BLOCK));
  const sides = [pairs.train, mirrored, unmirrored].map((side) => blocksOf(side, tasks, prime, block));
  let session: GraphSession | undefined;

  const sumsOver = async (weights: Floats, blocks: readonly PairBlock[]): Promise<Sums> => {
    session ??= await request.open(block);
    const correct = tasks.map(() => 0);
    const losses = tasks.map(() => 0);
    let count = 0;
    for (const { tokens, labels, filled } of blocks) {
      const pairWeights = dtype === 'float64' ? new Float64Array(block) : new Float32Array(block);
      const fetched = await session.run({
        parameters: { data: weights, dims: [1, weights.length] },
        tokens: { data: tokens, dims: [2, block] },
        labels: { data: labels, dims: [tasks.length, block] },
        pairWeights: { data: pairWeights.fill(1, 0, filled), dims: [block] },
      });
      for (let task = 0; task < tasks.length; task++) {
        correct[task]! += (fetched.correct!.data as Floats)[task]!;
        losses[task]! += (fetched.losses!.data as Floats)[task]!;
      }
      count += filled;
    }
    return { pairs: count, correct, losses };
  };

  const accuracy = (sums: Sums): Record<string, number> =>
    Object.fromEntries(tasks.map((task, i) => [task, sums.correct[i]! / sums.pairs]));

  return async (weights) => {
    const [onTrain, onMirrored, onUnmirrored] = (await inTurn(sides, (side) => sumsOver(weights, side))) as [
      Sums,
      Sums,
      Sums,
    ];
    const onTest = together(onMirrored, onUnmirrored);
    const loss = ({ losses, pairs: count }: Sums): number => losses.reduce((sum, of) => sum + of, 0) / count;
    return {
      trainAccuracy: accuracy(onTrain),
      testAccuracy: accuracy(onTest),
      ...(onMirrored.pairs > 0 && onUnmirrored.pairs > 0
        ? {
            testAccuracyMirrored: accuracy(onMirrored),
            testAccuracyUnmirrored: accuracy(onUnmirrored),
          }
        : {}),
      trainLoss: loss(onTrain),
      testLoss: loss(onTest),
    };
  };
};

const together = (a: Sums, b: Sums): Sums => ({
  pairs: a.pairs + b.pairs,
  correct: a.correct.map((count, i) => count + b.correct[i]!),
  losses: a.losses.map((loss, i) => loss + b.losses[i]!),
});

const inTurn = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
};

/** As many pairs as the graph takes; those after `filled` are padding. */
interface PairBlock {
  /** [2, block]. */
  readonly tokens: Int32Array;
  /** [tasks, block]. */
  readonly labels: Int32Array;
  readonly filled: number;
}

const blocksOf = (
  pairs: Int32Array,
  tasks: readonly TaskName[],
  prime: number,
  block: number,
): readonly PairBlock[] => {
  const count = pairs.length / 2;
  return Array.from({ length: Math.ceil(count / block) }, (_, index) => {
    const part = pairs.subarray(2 * index * block, 2 * Math.min(count, (index + 1) * block));
    const tokens = new Int32Array(2 * block);
    for (let i = 0; i < part.length; i++) tokens[(i % 2) * block + (i >> 1)] = part[i]!;
    const labels = new Int32Array(tasks.length * block);
    tasks.forEach((task, i) => labels.set(taskLabels(task, part, prime), i * block));
    return { tokens, labels, filled: part.length / 2 };
  });
};
