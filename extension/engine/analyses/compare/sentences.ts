import type { ComparisonEntry } from '../../../contract/report.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';

/** Facts on a pair of checkpoints after all tensors are read. */
export interface PairFindings {
  readonly baseName: string;
  readonly entries: readonly ComparisonEntry[];
  /** Prefixes removed from names to match them. */
  readonly prefixes: readonly string[];
  /** A's tensor → the base's tensor of another name with the same values. */
  readonly movedNames: ReadonlyMap<string, string>;
  /** The base's tensors that an adapter leaves unchanged. */
  readonly untouched: number;
}

const mostNamed = 3;
const some = (names: readonly string[]): string =>
  names.slice(0, mostNamed).join(', ') +
  (names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '');
const times = (shape: readonly number[] | undefined): string => (shape ?? []).join(' × ');
const isVocabulary = (name: string): boolean => /(embed|wte|lm_head|tok|vocab|output\.weight$)/i.test(name);

/** 3, 4, 5, 9 as "3 to 5, 9". */
export const ranges = (layers: readonly number[]): string => {
  const groups: [number, number][] = [];
  for (const layer of [...layers].sort((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last && layer === last[1] + 1) last[1] = layer;
    else groups.push([layer, layer]);
  }
  return groups.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`)).join(', ');
};

const layersOf = (entries: readonly ComparisonEntry[]): Set<number> =>
  new Set(entries.flatMap(({ tensor }) => namedMatrix(tensor)?.layer ?? []));

/** Layers that only one of the two has. */
const onlyLayers = (entries: readonly ComparisonEntry[], state: 'missing' | 'added'): number[] => {
  const both = layersOf(entries.filter((entry) => entry.state !== 'missing' && entry.state !== 'added'));
  return [...layersOf(entries.filter((entry) => entry.state === state))].filter((layer) => !both.has(layer));
};

/** One sentence per fact that a reader needs before the numbers. */
export const pairSentences = ({
  baseName,
  entries,
  prefixes,
  movedNames,
  untouched,
}: PairFindings): string[] => {
  const whole = entries.filter(({ part }) => part === undefined);
  const of = (state: ComparisonEntry['state']): ComparisonEntry[] =>
    whole.filter((entry) => entry.state === state);
  const [equal, changed, missing, added, shape, unread] = (
    ['equal', 'changed', 'missing', 'added', 'shape', 'not-read'] as const
  ).map(of) as [
    ComparisonEntry[],
    ComparisonEntry[],
    ComparisonEntry[],
    ComparisonEntry[],
    ComparisonEntry[],
    ComparisonEntry[],
  ];
  const compared = equal.length + changed.length;
  const isAll = missing.length + added.length + shape.length === 0;
  const vocabularies = shape.filter(
    ({ tensor, shape: own, baseShape }) =>
      isVocabulary(tensor) && own?.length === baseShape?.length && own?.at(-1) === baseShape?.at(-1),
  );
  const others = shape.filter((entry) => !vocabularies.includes(entry));
  const [gone, extra] = [onlyLayers(whole, 'missing'), onlyLayers(whole, 'added')];
  const inLayers = (layers: readonly number[]) => (entry: ComparisonEntry) =>
    layers.includes(namedMatrix(entry.tensor)?.layer ?? -1);
  const [missingElse, addedElse] = [
    missing.filter((entry) => !inLayers(gone)(entry)),
    added.filter((entry) => !inLayers(extra)(entry)),
  ];
  const moved = [...movedNames];
  return [
    ...(compared > 0 && changed.length === 0
      ? [
          isAll
            ? `All ${compared} tensors are equal to those of ${baseName}.`
            : `The ${compared} tensors that both have are equal.`,
        ]
      : []),
    ...(changed.length > 0 && equal.length > 0
      ? [
          `${equal.length} of ${compared} tensors are equal to those of ${baseName}: ${some(equal.map(({ tensor }) => tensor))}.`,
        ]
      : []),
    ...(compared === 0 && untouched === 0
      ? [`No tensor has the same name and shape in ${baseName}: these are different models.`]
      : []),
    ...(untouched > 0 ? [`The adapter leaves ${untouched} tensors of ${baseName} as they are.`] : []),
    ...(prefixes.length > 0
      ? [
          `Names were matched without ${prefixes.map((prefix) => JSON.stringify(prefix)).join(' and ')} at their beginning.`,
        ]
      : []),
    ...(moved.length > 0
      ? [
          `Names look swapped: ${some(moved.map(([own, base]) => `${own} holds the values of ${baseName}'s ${base}`))}.`,
        ]
      : []),
    ...(unread.length > 0
      ? [`Not compared, as they hold NaN or infinity: ${some(unread.map(({ tensor }) => tensor))}.`]
      : []),
    ...(vocabularies.length > 0
      ? [
          `The vocabularies differ: ${some(vocabularies.map(({ tensor, shape: own, baseShape }) => `${tensor} is ${times(own)}, in ${baseName} ${times(baseShape)}`))}; they are not compared.`,
        ]
      : []),
    ...(others.length > 0
      ? [
          `Shapes differ, so these are not compared: ${some(others.map(({ tensor, shape: own, baseShape }) => `${tensor} (${times(own)}, in ${baseName} ${times(baseShape)})`))}.`,
        ]
      : []),
    ...(gone.length > 0
      ? [
          gone.length === 1
            ? `Layer ${gone[0]} of ${baseName} is missing.`
            : `Layers ${ranges(gone)} of ${baseName} are missing.`,
        ]
      : []),
    ...(extra.length > 0
      ? [
          extra.length === 1
            ? `Layer ${extra[0]} is not in ${baseName}.`
            : `Layers ${ranges(extra)} are not in ${baseName}.`,
        ]
      : []),
    ...(missingElse.length > 0
      ? [`Tensors of ${baseName} that are missing: ${some(missingElse.map(({ tensor }) => tensor))}.`]
      : []),
    ...(addedElse.length > 0
      ? [`Tensors that ${baseName} does not have: ${some(addedElse.map(({ tensor }) => tensor))}.`]
      : []),
  ];
};
