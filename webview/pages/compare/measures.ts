import type { ComparisonEntry } from '../../../extension/contract/report.js';
import { integer, number } from '../../words/numbers.js';
import type { StringKey } from '../../words/say.js';

/** One number of a pair of matrices, with its value for unrelated matrices. */
export interface PairMeasure {
  readonly id: string;
  readonly title: StringKey;
  /** The null in words. */
  readonly note: StringKey;
  readonly value: (entry: ComparisonEntry) => number | undefined;
  readonly null: (entry: ComparisonEntry) => number | undefined;
  readonly text: (value: number) => string;
}

const plain = (value: number): string => number(value, value < 0.1 ? 2 : 3);
const whole = (value: number): string => (Number.isInteger(value) ? integer(value) : number(value, 3));
const degrees = (radians: number | undefined): number | undefined =>
  radians === undefined ? undefined : (radians * 180) / Math.PI;

/** The measures of the table and of the grid. To add one, add a row. */
export const pairMeasures: readonly PairMeasure[] = [
  {
    id: 'distance',
    title: 'compare.distance',
    note: 'compare.null.entries',
    value: ({ relativeDistance }) => relativeDistance?.value,
    null: ({ relativeDistance }) => relativeDistance?.null,
    text: plain,
  },
  {
    id: 'cosine',
    title: 'compare.cosine',
    note: 'compare.null.entries',
    value: ({ cosine }) => cosine?.value,
    null: ({ cosine }) => cosine?.null,
    text: (value) => number(value, 4),
  },
  {
    id: 'rank90',
    title: 'compare.rank90',
    note: 'compare.null.difference',
    value: ({ difference }) => difference?.rank90,
    null: ({ difference }) => difference?.nulls.rank90?.mean,
    text: whole,
  },
  {
    id: 'effectiveRank',
    title: 'compare.effectiveRank',
    note: 'compare.null.difference',
    value: ({ difference }) => difference?.effectiveRank,
    null: ({ difference }) => difference?.nulls.effectiveRank?.mean,
    text: plain,
  },
  {
    id: 'angle',
    title: 'compare.angle',
    note: 'compare.null.moved',
    value: ({ angles }) => degrees(angles?.left.at(-1)),
    null: ({ angles }) => degrees(angles?.ofStepSize?.left.at(-1)),
    // Below rounding level an angle counts as 0.
    text: (value) => `${number(value < 1e-6 ? 0 : value, 3)}°`,
  },
  {
    id: 'cka',
    title: 'compare.cka',
    note: 'compare.null.rows',
    value: ({ cka }) => cka?.value,
    null: ({ cka }) => cka?.null,
    text: (value) => number(value, 4),
  },
  {
    id: 'intruders',
    title: 'compare.intruders',
    note: 'compare.null.difference',
    value: ({ intruders }) => intruders?.count,
    null: ({ intruders }) => intruders?.null?.mean,
    text: whole,
  },
];
