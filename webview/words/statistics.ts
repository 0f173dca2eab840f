import { statistics, type StatisticKey } from '../../extension/contract/statistics/table.js';
import { say } from './say.js';

/** The name of a statistic, as a sentence has it. */
export const statisticName = (key: StatisticKey): string => say(`statistic.${key}`);

const noted = new Set<string>(statistics.filter(({ note }) => note !== undefined).map(({ key }) => key));
/** What the name means elsewhere, and where the number has no meaning; empty where there is nothing to say. */
export const statisticNote = (key: StatisticKey): string =>
  noted.has(key) ? say(`statisticNote.${key}`) : '';
