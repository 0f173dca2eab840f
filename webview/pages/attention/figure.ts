import type { AttentionHead, Report } from '../../../extension/contract/report.js';
import type { LineFigure, Scale } from '../../charts/figure.js';
import { lineLook, nullLook } from '../../charts/looks.js';
import type { Grid, GridCell } from '../../parts/gridPicture.js';
import { decimals, none, number } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';

export const headStatistics = ['effectiveRank', 'stableRank', 'spectralNorm', 'frobeniusNorm'] as const;
export type HeadStatistic = (typeof headStatistics)[number];

/** Heads × layers, coloured by a statistic over that of shuffled factors. */
export function headGrid(
  entries: readonly AttentionHead[],
  statistic: HeadStatistic,
): { readonly grid: Grid; readonly at: (row: number, column: number) => AttentionHead | undefined } {
  const stacks = [...new Set(entries.map(({ stack }) => stack))];
  const layers = [...new Set(entries.map(({ layer }) => layer))].sort((a, b) => a - b);
  const rows = stacks.flatMap((stack) =>
    [...new Set(entries.filter((entry) => entry.stack === stack).map(({ head }) => head))]
      .sort((a, b) => a - b)
      .map((head) => ({ stack, head })),
  );
  const found = new Map(entries.map((entry) => [`${entry.stack} ${entry.layer} ${entry.head}`, entry]));
  const at = (row: number, column: number): AttentionHead | undefined =>
    found.get(`${rows[row]?.stack} ${layers[column]} ${rows[row]?.head}`);
  const grid: Grid = {
    rows: rows.map(({ stack, head }) =>
      stacks.length > 1 ? `${stack} ${say('attention.head', { head })}` : say('attention.head', { head }),
    ),
    columns: layers.map(String),
    columnTitle: say('grid.layer'),
    value: say('attention.overNull', { statistic: statisticName(statistic) }),
    isRatio: true,
    cells: rows.map((_, row) =>
      layers.map((_, column) => {
        const entry = at(row, column);
        return entry && cellOf(entry, statistic);
      }),
    ),
  };
  return { grid, at };
}

const cellOf = (entry: AttentionHead, statistic: HeadStatistic): GridCell => {
  const byChance = entry.nulls?.[statistic].mean;
  const value = byChance ? entry[statistic] / byChance : undefined;
  const shared = entry.group === undefined ? '' : `, ${say('attention.group', { group: entry.group })}`;
  return {
    ...(value === undefined ? {} : { value }),
    text: value === undefined ? none : decimals(value, 2),
    detail: `${number(entry[statistic])} · ${number(byChance ?? 0)}`,
    says: [
      `${say('attention.at', { layer: entry.layer, head: entry.head })}${shared}`,
      `${statisticName(statistic)} ${number(entry[statistic], 4)}`,
      say('attention.shuffled', { value: number(byChance ?? 0, 4) }),
    ].join('; '),
  };
};

const places = (values: readonly number[]): number[] => values.map((_, index) => index + 1);

/** Undefined of a head that is zero. */
export function headFigure(entry: AttentionHead, scale: Scale): LineFigure | undefined {
  const { singularValues, nulls } = entry;
  if (!(entry.spectralNorm > 0)) return undefined;
  const floor = scale === 'log' ? 1e-12 * singularValues[0]! : -Infinity;
  const kept = singularValues.filter((value) => value > floor);
  return {
    kind: 'lines',
    x: { title: say('indexOf'), scale: 'linear', format: 'integer' },
    y: { title: say('singularValue'), scale, format: 'number' },
    curves: [
      {
        name: say('attention.at', { layer: entry.layer, head: entry.head }),
        x: places(kept),
        y: kept,
        look: lineLook(0),
      },
      ...(nulls
        ? [
            {
              name: say('attention.shuffledFactors'),
              x: places(nulls.singularValues),
              y: [...nulls.singularValues],
              look: nullLook,
            },
          ]
        : []),
    ],
  };
}

/** The same head of a run, at its last checkpoint. */
export const sameHead = (
  { attentionHeads }: Pick<Report, 'attentionHeads'>,
  { stack, layer, head, product }: AttentionHead,
): AttentionHead | undefined =>
  attentionHeads.find(
    (one) => one.stack === stack && one.layer === layer && one.head === head && one.product === product,
  );

export const headSays = ({ effectiveRank, headSize, spectralNorm, nulls }: AttentionHead): string =>
  say('attention.headSays', {
    rank: number(effectiveRank),
    size: headSize,
    norm: number(spectralNorm),
    nullRank: number(nulls?.effectiveRank.mean ?? 0),
    nullNorm: number(nulls?.spectralNorm.mean ?? 0),
    draws: nulls?.draws ?? 0,
  });
