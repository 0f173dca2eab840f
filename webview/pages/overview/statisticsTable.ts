import type { Report, SpectrumEntry } from '../../../extension/contract/report.js';
import { stackPart, stackSummaries, type StackSummary } from '../../../extension/contract/stackSummaries.js';
import { statisticKeys } from '../../../extension/contract/statistics/table.js';
import type { Table } from '../../charts/table.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';

/**
 * Every statistic of every spectrum with the mean and the 5 % and 95 % quantiles of its shuffled null. Headings are the
 * report's keys, so that a script finds them whatever the language. Medians over the matrices of each stack follow.
 */
export const statisticsTable = (report: Pick<Report, 'spectra' | 'tensors'>): Table => ({
  headings: [
    ...['matrix', 'of', 'step', 'rows', 'columns', 'exact'],
    ...statisticKeys.flatMap((key) => [key, `${key} shuffled`, `${key} shuffled q05`, `${key} shuffled q95`]),
  ],
  rows: [
    ...report.spectra.map((entry) => row(matrixKey(entry), entry)),
    ...stackSummaries(report).map((stack) =>
      row(`${matrixKey({ tensor: stack.tensor, part: stackPart(stack) })}, median`, stack),
    ),
  ],
});

const row = (name: string, entry: SpectrumEntry | StackSummary): Table['rows'][number] => [
  name,
  entry.of,
  entry.step,
  entry.rows,
  entry.columns,
  String(entry.exact),
  ...statisticKeys.flatMap((key) => {
    const shuffled = entry.nulls[key];
    return [entry[key], shuffled?.mean, shuffled?.q05, shuffled?.q95];
  }),
];
