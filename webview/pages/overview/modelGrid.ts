import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { StatisticKey } from '../../../extension/contract/statistics/table.js';
import type { Grid, GridCell } from '../../parts/gridPicture.js';
import type { LayerPlaces } from '../../report/layerPlaces.js';
import type { MatrixInfo } from '../../report/matrices.js';
import { decimals, none, number } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';

/** What the colour of a cell means: the statistic itself, or its ratio to the mean over shuffled entries. */
export const gridMeasures = ['ratio', 'value'] as const;
export type GridMeasure = (typeof gridMeasures)[number];

/** A statistic of the matrices of a model at one step, kind of matrix × layer. */
export function modelGrid(
  places: LayerPlaces,
  matrices: readonly MatrixInfo[],
  entryOf: (matrix: MatrixInfo) => SpectrumEntry | undefined,
  statistic: StatisticKey,
  measure: GridMeasure,
): Grid {
  return {
    rows: places.kinds,
    columns: places.layers.map(String),
    columnTitle: say('grid.layer'),
    value:
      measure === 'ratio'
        ? say('grid.overNull', { statistic: statisticName(statistic) })
        : statisticName(statistic),
    ...(measure === 'ratio' ? { isRatio: true as const } : {}),
    cells: places.at.map((row) =>
      row.map((index) => {
        const matrix = index === undefined ? undefined : matrices[index];
        return matrix && cellOf(matrix, entryOf(matrix), statistic, measure);
      }),
    ),
  };
}

export function cellOf(
  { label, rows, columns }: MatrixInfo,
  entry: SpectrumEntry | undefined,
  statistic: StatisticKey,
  measure: GridMeasure,
): GridCell {
  const name = `${label}, ${rows} × ${columns}`;
  const measured = entry?.[statistic];
  if (measured === undefined) return { text: none, says: `${name}: ${say('grid.noNumber')}` };
  const shuffled = entry?.nulls[statistic]?.mean;
  const ratio = shuffled === undefined || shuffled === 0 ? undefined : measured / shuffled;
  const isRatio = measure === 'ratio';
  const value = isRatio ? ratio : measured;
  const about = entry?.exact === false ? '≈ ' : '';
  return {
    ...(value === undefined ? {} : { value }),
    text:
      value === undefined
        ? none
        : about + (isRatio && value < 100 ? decimals(value, value < 10 ? 2 : 1) : number(value)),
    detail: shuffled === undefined ? '' : `${number(measured)} · ${number(shuffled)}`,
    says: [
      `${name}: ${statisticName(statistic)} ${about}${number(measured, 4)}`,
      shuffled === undefined ? say('grid.noNull') : say('grid.shuffled', { value: number(shuffled, 4) }),
    ].join('; '),
  };
}

/** The kinds of matrix farthest from, and nearest to, their shuffled entries. */
export function gridSays(
  grid: Grid,
  measure: GridMeasure,
  draws: number | undefined,
  outside: number,
): string {
  const means = grid.rows.flatMap((name, row) => {
    const values = grid.cells[row]!.flatMap((cell) => (cell?.value === undefined ? [] : [cell.value]));
    return values.length === 0
      ? []
      : [{ name, mean: values.reduce((sum, value) => sum + value, 0) / values.length }];
  });
  means.sort((a, b) => Math.abs(Math.log(a.mean || 1)) - Math.abs(Math.log(b.mean || 1)));
  const [near, far] = [means[0], means.at(-1)];
  return [
    draws === undefined ? '' : say(measure === 'ratio' ? 'grid.says' : 'grid.saysValue', { draws }),
    measure === 'ratio' && near && far && near !== far
      ? say('grid.extremes', {
          ...{ far: far.name, near: near.name },
          farMean: number(far.mean),
          nearMean: number(near.mean),
        })
      : '',
    outside > 0 ? say('grid.outside', { n: outside }) : '',
  ]
    .filter(Boolean)
    .join(' ');
}
