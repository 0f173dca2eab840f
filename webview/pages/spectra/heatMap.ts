import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { StatisticKey } from '../../../extension/contract/statistics/table.js';
import type { HeatFigure } from '../../charts/figure.js';
import { stepAxis } from '../../charts/stepAxis.js';
import type { MatrixInfo, Of, SpectraIndex } from '../../report/matrices.js';
import { statisticName } from '../../words/statistics.js';
import { grokMark } from '../../charts/grokMark.js';

export interface HeatRow {
  readonly matrix: MatrixInfo;
  readonly entries: readonly SpectrumEntry[];
}

/** Rows of the heat map: every matrix once; of a fused one its parts. */
export const heatRows = (matrices: readonly MatrixInfo[], spectra: SpectraIndex, side: Of): HeatRow[] =>
  matrices
    .filter(({ fused }) => !fused)
    .map((matrix) => ({ matrix, entries: spectra.of(matrix, side) }))
    .filter(({ entries }) => entries.length > 0);

export function heatFigure(
  rows: readonly HeatRow[],
  statistic: StatisticKey,
  grokStep: number | undefined,
): HeatFigure | undefined {
  const columns = [...new Set(rows.flatMap(({ entries }) => entries.map(({ step }) => step)))].sort(
    (a, b) => a - b,
  );
  if (columns.length === 0) return undefined;
  return {
    kind: 'heat',
    x: stepAxis(),
    value: statisticName(statistic),
    columns,
    rows: rows.map(({ matrix }) => matrix.label),
    values: rows.map(({ entries }) => {
      const byStep = new Map(entries.map((entry) => [entry.step, entry[statistic]]));
      return columns.map((step) => byStep.get(step));
    }),
    marks: columns.length > 1 ? grokMark(grokStep) : [],
  };
}
