import { ranks } from '../../extension/contract/statistics/ranks.js';
import { statistics, type StatisticKey } from '../../extension/contract/statistics/table.js';
import { percent } from './numbers.js';
import { say } from './say.js';

/** The name of a statistic, as a sentence has it. */
export const statisticName = (key: StatisticKey): string => say(`statistic.${key}`);

const noted = new Set<string>(statistics.filter(({ note }) => note !== undefined).map(({ key }) => key));
/** Synonyms, and where the number is not meaningful; empty if there is nothing to say. */
export const statisticNote = (key: StatisticKey): string =>
  noted.has(key) ? say(`statisticNote.${key}`) : '';

/** Those that count dimensions: they are shown as a share of the full rank. */
const dimensions = new Set<string>(ranks.filter(({ format }) => format !== 'number').map(({ key }) => key));

/** A rank as a share of the full one, in words; undefined for a statistic that is no rank. */
export const shareOfRank = (
  key: StatisticKey,
  value: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): string | undefined => (dimensions.has(key) ? percent(value / Math.min(rows, columns)) : undefined);
