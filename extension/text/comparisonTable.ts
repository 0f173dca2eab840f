import { matrixKey } from '../contract/matrixKey.js';
import { printableLine } from '../contract/printable.js';
import type { ComparisonEntry, Report } from '../contract/report.js';
import { percent, shortNumber, textTable, type Column } from './textTable.js';

/** Matrices listed; the report has all. */
const mostRows = 40;

type Tested = { readonly value: number; readonly null: number } | undefined;
const tested = (pair: Tested): string[] => [shortNumber(pair?.value), shortNumber(pair?.null)];

const columns: readonly Column[] = [
  { title: 'matrix' },
  ...['‖A−B‖/‖B‖', 'null', 'cosine', 'null', 'rank90', 'null', 'CKA', 'null', 'intruders', 'null'].map(
    (title): Column => ({ title, align: 'right' }),
  ),
];

const row = ({
  tensor,
  part,
  relativeDistance,
  cosine,
  difference,
  cka,
  intruders,
}: ComparisonEntry): string[] => [
  matrixKey({ tensor, part }),
  ...tested(relativeDistance),
  ...tested(cosine),
  shortNumber(difference?.rank90),
  shortNumber(difference?.nulls.rank90?.mean),
  ...tested(cka),
  intruders === undefined ? '' : `${intruders.count} of ${intruders.k}`,
  shortNumber(intruders?.null?.mean),
];

/** How the checkpoint differs from its base: notes on the pair, and the matrices that changed most. */
export const comparisonTable = ({ comparisons, comparisonSummaries: [summary] }: Report): string => {
  if (summary === undefined) return '';
  const changed = comparisons
    .filter(({ state, shape }) => state === 'changed' && (shape?.length ?? 0) > 1)
    .sort((a, b) => (b.relativeDistance?.value ?? 0) - (a.relativeDistance?.value ?? 0));
  const shown = changed.slice(0, mostRows);
  const more = changed.length > shown.length ? `\n${changed.length - shown.length} more in the report.` : '';
  const whole =
    summary.relativeDistance === undefined
      ? ''
      : `The distance of all weights is ${percent(summary.relativeDistance.value)} of the base's norm; with their entries in another order it would be ${percent(summary.relativeDistance.null)}.`;
  const nulls =
    'null: entries of A in another order; of the difference in another order (rank90, intruders); rows in another order (CKA).';
  return [
    ...summary.sentences.map(printableLine),
    whole,
    ...(shown.length === 0 ? [] : ['', textTable(columns, shown.map(row)), nulls + more]),
  ].join('\n');
};
