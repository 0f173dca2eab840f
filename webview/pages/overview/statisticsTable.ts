import type { SpectrumEntry } from '../../../extension/contract/report.js';
import { statisticKeys } from '../../../extension/contract/statistics/table.js';
import type { Table } from '../../charts/table.js';
import { matrixKey } from '../../report/matrices.js';

/**
 * Every statistic of every spectrum with the mean and the 5 % and 95 % quantiles of its shuffled null. Headings are the
 * report's keys, so that a script finds them whatever the language.
 */
export const statisticsTable = (spectra: readonly SpectrumEntry[]): Table => ({
  headings: [
    ...['matrix', 'of', 'step', 'rows', 'columns', 'exact'],
    ...statisticKeys.flatMap((key) => [key, `${key} shuffled`, `${key} shuffled q05`, `${key} shuffled q95`]),
  ],
  rows: spectra.map((entry) => [
    matrixKey(entry.tensor, entry.part),
    entry.of,
    entry.step,
    entry.rows,
    entry.columns,
    String(entry.exact),
    ...statisticKeys.flatMap((key) => {
      const shuffled = entry.nulls[key];
      return [entry[key], shuffled?.mean, shuffled?.q05, shuffled?.q95];
    }),
  ]),
});
