import { statistics, type StatisticKey } from '../../extension/contract/statistics/table.js';

type Names = { readonly [K in StatisticKey as `statistic.${K}`]: string };
type Notes = { readonly [K in StatisticKey as `statisticNote.${K}`]: string };

/** Names and notes of the table of statistics, for translators; a statistic without a note has no text here. */
export const statisticStrings = Object.fromEntries(
  statistics.flatMap(({ key, label, note }) => [
    [`statistic.${key}`, label],
    ...(note === undefined ? [] : [[`statisticNote.${key}`, note]]),
  ]),
) as Names & Notes;
