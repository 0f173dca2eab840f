import type { AccuracyEntry } from '../../../contract/report.js';
import type { ModelSession, Row } from '../../evaluation/modelSession.js';
import type { LabelledPairs } from '../../evaluation/pairs.js';

type PairsName = AccuracyEntry['pairs'];

/** Test accuracy from which a run has grokked (2602.16746). */
const grokked = 0.9;

/** Indices of test pairs whose mirror (b, a) is trained on, and of the others. */
const mirrors = (train: LabelledPairs, test: LabelledPairs, prime: number) => {
  const trained = new Set(Array.from(train.a, (a, i) => a * prime + train.b[i]!));
  const [mirrored, unmirrored]: [number[], number[]] = [[], []];
  test.a.forEach((a, i) => {
    const list = trained.has(test.b[i]! * prime + a) ? mirrored : unmirrored;
    list.push(i);
  });
  return { mirrored, unmirrored };
};

/**
 * Accuracies of a checkpoint on training pairs, test pairs, and test pairs with and without a mirror in the
 * training set: a model that has only learnt commutativity answers the former.
 */
export const accuraciesAt = async (
  session: ModelSession,
  row: Row,
  step: number,
): Promise<AccuracyEntry[]> => {
  const [train, test] = [session.pairs('train'), session.pairs('test')];
  const { tasks } = session.descriptor.data;
  const share = (right: readonly Uint8Array[], places: readonly number[]): Record<string, number> =>
    Object.fromEntries(
      tasks.map((task, t) => [task, places.reduce((sum, i) => sum + right[t]![i]!, 0) / places.length]),
    );
  const [onTrain, onTest] = [await session.rightAnswers(row, train), await session.rightAnswers(row, test)];
  const { mirrored, unmirrored } = mirrors(train, test, session.descriptor.model.prime);
  const sets: [PairsName, readonly Uint8Array[], readonly number[]][] = [
    ['train', onTrain, [...train.a.keys()]],
    ['test', onTest, [...test.a.keys()]],
    ['mirrored', onTest, mirrored],
    ['unmirrored', onTest, unmirrored],
  ];
  return sets
    .filter(([, , places]) => places.length > 0)
    .map(([pairs, right, places]) => ({
      ...{ step, pairs, count: places.length },
      accuracy: share(right, places),
    }));
};

/** The first step at which every task's test accuracy is at least .9. */
export const grokStepOf = (entries: readonly AccuracyEntry[]): number | undefined =>
  entries.find(
    ({ pairs, accuracy }) => pairs === 'test' && Object.values(accuracy).every((share) => share >= grokked),
  )?.step;
