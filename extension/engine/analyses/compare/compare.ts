import path from 'node:path';
import type { ComparisonEntry, ReportAddition } from '../../../contract/report.js';
import { GeometryError } from '../../../contract/errors.js';
import type { Checkpoint, TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { tensorChoice } from '../../checkpoints/tensors/tensorGlob.js';
import { matchNames } from '../../geometry/comparison/matchNames.js';
import { PairSums, relativeDistanceOf } from '../../geometry/comparison/pairSums.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { throwIfCancelled } from '../../ground/work/tasks.js';
import { findSeries } from '../../series/source.js';
import { isParameter, survey as surveySeries, type Survey } from '../../series/survey.js';
import { matrixFrom } from '../../series/tensorMatrix.js';
import { isFinite } from '../../series/tensorValues.js';
import type { AnalysisRun } from '../analysis.js';
import { decompositionCost } from '../workPolicy.js';
import { pairNumbers } from './pairMatrices.js';
import { pairSentences } from './sentences.js';

/** Numbers read at a time from each checkpoint. */
const pieceNumbers = 1 << 17;
/** Milliseconds between emissions of results. */
const turnMs = 200;
/**
 * Budget of all decompositions of a pair, in units of `decompositionCost`; about ten of this size are made per
 * matrix.
 */
const costBudget = 4e10;

type CompareRun = Pick<
  AnalysisRun<'comparisons' | 'comparisonSummaries'>,
  'request' | 'survey' | 'settings' | 'plan' | 'signal' | 'emit'
>;

interface Pair {
  readonly own: TensorInfo;
  readonly base: TensorInfo;
}

interface ComparedPair extends Pair {
  readonly sums: PairSums;
}

/**
 * The last checkpoint at any path.
 * @throws GeometryError as an inspection of it does.
 */
export const lastCheckpointAt = async (
  path: string,
  signal: AbortSignal,
): Promise<{ readonly survey: Survey; readonly name: string }> => {
  const source = await findSeries(path, signal);
  const survey = await surveySeries({ ...source, entries: source.entries.slice(-1) }, signal);
  return { survey, name: source.name };
};

/**
 * The files of the last checkpoint at a path.
 * @throws GeometryError as an inspection of it does.
 */
export const filesAt = async (path: string, signal: AbortSignal): Promise<readonly string[]> =>
  (await findSeries(path, signal)).entries.at(-1)!.files.map((file) => file.path);

/** Compares the last checkpoint with that of another place: tensor by tensor, then matrix by matrix. */
export async function* comparisonOf(run: CompareRun, basePath: string): AsyncGenerator<TaskStep, void> {
  const { survey, settings, signal, emit } = run;
  const base = await lastCheckpointAt(basePath, signal);
  try {
    const isChosen = settings.tensors === undefined ? () => true : tensorChoice(settings.tensors);
    const readable = ({ readable: can, complex }: TensorInfo): boolean => can && complex !== true;
    const own = survey.tensors.filter((tensor) => readable(tensor) && isChosen(tensor.name));
    const others = base.survey.tensors.filter((tensor) => readable(tensor) && isChosen(tensor.name));
    const updates = own.filter(({ isUpdate }) => isUpdate === true);
    if (others.some(({ isUpdate }) => isUpdate === true) && updates.length === 0) {
      throw new GeometryError(
        'invalid-argument',
        `${base.name} is an adapter: inspect the adapter, with the model as its base.`,
      );
    }
    // If both are adapters, their updates are compared directly.
    const isUpdate = updates.length > 0 && !others.some((tensor) => tensor.isUpdate === true);
    const matches = matchNames(isUpdate ? updates : own, others);
    const entries: ComparisonEntry[] = [];
    const compared: ComparedPair[] = [];
    const add = (entry: ComparisonEntry): void => void entries.push(entry);
    for (const { name, shape } of matches.added) add({ tensor: name, state: 'added', shape: [...shape] });
    if (!isUpdate)
      for (const { name, shape } of matches.missing)
        add({ tensor: name, state: 'missing', baseShape: [...shape] });
    const pairs = [
      await survey.pool.get(survey.checkpoints.length - 1),
      await base.survey.pool.get(0),
    ] as const;
    const total = matches.pairs.reduce((sum, pair) => sum + pair.own.elements, 0);
    let [done, turnAt, told] = [0, performance.now(), 0];
    for (const pair of matches.pairs) {
      if (pair.own.shape.join() !== pair.base.shape.join()) {
        add({
          ...namesOf(pair),
          state: 'shape',
          shape: [...pair.own.shape],
          baseShape: [...pair.base.shape],
        });
        continue;
      }
      const sums = new PairSums();
      for await (const length of pieces(pair, pairs, sums, isUpdate, signal)) {
        done += length;
        if (performance.now() - turnAt < turnMs) continue;
        emit({ comparisons: entries.slice(told) });
        [turnAt, told] = [performance.now(), entries.length];
        yield { fraction: (0.3 * done) / Math.max(1, total), text: `Comparing: ${entries.length} tensors` };
      }
      add(tensorEntry(pair, sums));
      if (sums.isFinite) compared.push({ ...pair, sums });
    }
    emit({
      comparisons: entries.slice(told),
      ...summaryOf(run, base, basePath, matches, entries, compared, isUpdate),
    });
    yield* matrixComparisons(run, base.survey, compared, isUpdate);
  } finally {
    await base.survey.pool.close();
  }
}

const namesOf = ({ own, base }: Pair): Pick<ComparisonEntry, 'tensor' | 'baseTensor'> => ({
  tensor: own.name,
  ...(base.name === own.name ? {} : { baseTensor: base.name }),
});

async function* pieces(
  { own, base }: Pair,
  [mine, other]: readonly [Checkpoint, Checkpoint],
  sums: PairSums,
  isUpdate: boolean,
  signal: AbortSignal,
): AsyncGenerator<number, void> {
  const [first, second] = [new Float64Array(pieceNumbers), new Float64Array(pieceNumbers)];
  for (let start = 0; start < own.elements; start += pieceNumbers) {
    throwIfCancelled(signal);
    const length = Math.min(pieceNumbers, own.elements - start);
    await mine.read(own.name, start, length, first);
    await other.read(base.name, start, length, second);
    if (isUpdate) for (let i = 0; i < length; i++) first[i]! += second[i]!;
    sums.add(first, second, length);
    yield length;
  }
}

const tensorEntry = (pair: Pair, sums: PairSums): ComparisonEntry => {
  const { shape, elements } = pair.own;
  const named = { ...namesOf(pair), shape: [...shape], elements };
  if (!sums.isFinite)
    return { ...named, state: 'not-read', leftOut: 'It holds NaN, infinity or values too large to square.' };
  const [relativeDistance, cosine] = [sums.relativeDistance(), sums.cosine()];
  return {
    ...named,
    state: sums.isEqual ? 'equal' : 'changed',
    ...(relativeDistance === undefined ? {} : { relativeDistance }),
    ...(cosine === undefined ? {} : { cosine }),
  };
};

/** The end of a path from its first difference to another: releases of a model have files of the same name. */
const fromDifference = (other: string, place: string): string => {
  const [parts, others] = [place, other].map((one) => path.resolve(one).split(path.sep)) as [
    string[],
    string[],
  ];
  const first = parts.findIndex((part, at) => part !== others[at]);
  return first < 0 ? path.basename(place) : parts.slice(first).join('/');
};

const summaryOf = (
  { survey, request }: CompareRun,
  base: { readonly survey: Survey; readonly name: string },
  place: string,
  matches: ReturnType<typeof matchNames<TensorInfo>>,
  entries: readonly ComparisonEntry[],
  compared: readonly ComparedPair[],
  isUpdate: boolean,
): Pick<ReportAddition, 'comparisonSummaries'> => {
  // A step counter would dominate the norm over all weights.
  const squares = compared.filter(({ own }) => isParameter(own)).map(({ sums }) => sums.squares);
  const relativeDistance = relativeDistanceOf(squares);
  const { label } = base.survey.checkpoints[0]!;
  const isSameName =
    base.name === survey.checkpoints.at(-1)!.label || path.basename(request.path) === path.basename(place);
  const baseName = isSameName ? 'the base' : base.name;
  return {
    comparisonSummaries: [
      {
        base: { path: place, name: isSameName ? fromDifference(request.path, place) : base.name, label },
        ...(isUpdate ? { isUpdate: true as const } : {}),
        equal: entries.filter(({ state }) => state === 'equal').length,
        changed: entries.filter(({ state }) => state === 'changed').length,
        ...(relativeDistance === undefined ? {} : { relativeDistance }),
        sentences: pairSentences({
          baseName,
          entries,
          prefixes: matches.prefixes,
          movedNames: movedNames(compared),
          untouched: isUpdate ? matches.missing.length : 0,
        }),
      },
    ],
  };
};

/** Matrices equal, up to the last bit of their sums, to a matrix of another name in the base. */
const movedNames = (compared: readonly ComparedPair[]): Map<string, string> => {
  const holders = new Map<string, string>();
  const keyOf = ({ own: { shape } }: Pair, print: string): string => `${shape.join()}|${print}`;
  const changed = compared.filter(({ sums, own }) => !sums.isEqual && own.shape.length > 1);
  for (const pair of changed) holders.set(keyOf(pair, pair.sums.prints().second), pair.base.name);
  return new Map(
    changed.flatMap((pair): [string, string][] => {
      const holder = holders.get(keyOf(pair, pair.sums.prints().first));
      return holder === undefined || holder === pair.base.name ? [] : [[pair.own.name, holder]];
    }),
  );
};

/** The comparisons that need decompositions, for the changed matrices within the budget. */
async function* matrixComparisons(
  { survey, settings, plan, signal, emit }: CompareRun,
  base: Survey,
  compared: readonly ComparedPair[],
  isUpdate: boolean,
): AsyncGenerator<TaskStep, void> {
  const index = survey.checkpoints.length - 1;
  const { step } = survey.checkpoints[index]!;
  const changed = compared.filter(({ sums }) => !sums.isEqual);
  const specs = changed.flatMap((pair) =>
    plan.matrices.filter(({ tensor }) => tensor === pair.own.name).map((spec) => ({ pair, spec })),
  );
  const [mine, other] = [await survey.pool.get(index), await base.pool.get(0)];
  let spent = 0;
  for (const [done, { pair, spec }] of specs.entries()) {
    throwIfCancelled(signal);
    const entry = matrixEntry(pair, spec);
    const cost = decompositionCost(spec);
    if (plan.estimated.has(spec) || (settings.precision !== 'exact' && spent + cost > costBudget)) {
      emit({
        comparisons: [
          { ...entry, leftOut: 'Too large for decompositions in passing; --exact computes them.' },
        ],
      });
      continue;
    }
    spent += cost;
    const [own, values] = [
      await mine.read(pair.own.name, 0, pair.own.elements),
      await other.read(pair.base.name, 0, pair.base.elements),
    ];
    if (isUpdate) for (let i = 0; i < own.length; i++) own[i]! += values[i]!;
    if (!isFinite(own) || !isFinite(values)) continue;
    const columns = tensorColumns(spec, pair.own.shape);
    const [a, b] = [matrixFrom(spec, own, columns), matrixFrom(spec, values, columns)];
    const sums = new PairSums();
    sums.add(a.data, b.data, a.data.length);
    const [relativeDistance, cosine] = [sums.relativeDistance(), sums.cosine()];
    emit({
      comparisons: [
        {
          ...entry,
          state: sums.isEqual ? 'equal' : 'changed',
          ...(relativeDistance === undefined ? {} : { relativeDistance }),
          ...(cosine === undefined ? {} : { cosine }),
          ...(sums.isEqual ? {} : await pairNumbers(spec, step, a, b, settings, signal)),
        },
      ],
    });
    yield {
      fraction: 0.3 + (0.7 * (done + 1)) / specs.length,
      text: `Comparing: ${done + 1} of ${specs.length} matrices`,
    };
  }
}

const matrixEntry = (pair: ComparedPair, spec: MatrixSpec): ComparisonEntry => ({
  ...tensorEntry(pair, pair.sums),
  ...(spec.part === undefined ? {} : { part: spec.part, shape: [spec.rows, spec.columns] }),
  elements: spec.rows * spec.columns,
});
