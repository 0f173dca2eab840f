import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { StatisticKey } from '../../../extension/contract/statistics/table.js';
import type { HeatFigure } from '../../charts/figure.js';
import { stepAxis } from '../../charts/stepAxis.js';
import type { MatrixInfo, Of, SpectraIndex } from '../../report/matrices.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';
import { grokMark } from '../../charts/grokMark.js';

export interface HeatRow {
  readonly matrix: MatrixInfo;
  readonly entries: readonly SpectrumEntry[];
}

/** Rows of the heat map: every matrix once; for a fused one its parts. */
export const heatRows = (matrices: readonly MatrixInfo[], spectra: SpectraIndex, side: Of): HeatRow[] =>
  matrices
    .filter(({ fused }) => !fused)
    .map((matrix) => ({ matrix, entries: spectra.of(matrix, side) }))
    .filter(({ entries }) => entries.length > 0);

/** A row of the picture: one matrix, or the matrices of a layer together. */
export interface HeatLine {
  readonly label: string;
  readonly members: readonly HeatRow[];
  /** The layer, if the row is a folded one. */
  readonly layer?: string;
}

/** More rows than this are folded by layer until they are opened. */
const mostOpen = 24;
/** Height of a row with a readable name, in pixels. */
const rowHeight = 16;

const layerOf = ({ matrix: { tensor } }: HeatRow): string | undefined =>
  tensor.place && `${tensor.place.stack} ${tensor.place.layer}`;

/** Whether there is more than one layer to fold, of several matrices each. */
export const canFold = (rows: readonly HeatRow[]): boolean => {
  const layers = new Set(rows.flatMap((row) => layerOf(row) ?? []));
  return layers.size > 1 && rows.length > layers.size;
};
export const isFoldedAtFirst = (rows: readonly HeatRow[]): boolean => rows.length > mostOpen && canFold(rows);

/** The rows of the picture, by layer; a closed layer is one row. */
export function heatLines(
  rows: readonly HeatRow[],
  isFolded: boolean,
  open: ReadonlySet<string>,
): HeatLine[] {
  const single = (row: HeatRow): HeatLine => ({ label: row.matrix.label, members: [row] });
  if (!isFolded) return rows.map(single);
  const groups = new Map<string, HeatRow[]>();
  for (const row of rows) {
    const key = layerOf(row) ?? row.matrix.key;
    const group = groups.get(key) ?? [];
    group.push(row);
    groups.set(key, group);
  }
  // Files list layer 10 before layer 2, in alphabetical order.
  const place = ([, members]: [string, HeatRow[]]) => members[0]!.matrix.tensor.place;
  const ordered = [...groups].sort((a, b) => {
    const [first, second] = [place(a), place(b)];
    if (first?.stack !== second?.stack) return 0;
    return (first?.layer ?? 0) - (second?.layer ?? 0);
  });
  return ordered.flatMap(([layer, members]): HeatLine[] => {
    if (members.length === 1 || open.has(layer)) return members.map(single);
    const number = members[0]!.matrix.tensor.place!.layer;
    return [{ label: say('heat.layer', { layer: number, n: members.length }), members, layer }];
  });
}

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** A statistic at every step; for several matrices the median over those that have it. */
export function heatFigure(
  lines: readonly HeatLine[],
  statistic: StatisticKey,
  grokStep: number | undefined,
): HeatFigure | undefined {
  const steps = lines.flatMap(({ members }) =>
    members.flatMap(({ entries }) => entries.map(({ step }) => step)),
  );
  const columns = [...new Set(steps)].sort((a, b) => a - b);
  if (columns.length === 0) return undefined;
  return {
    kind: 'heat',
    x: stepAxis(),
    value: statisticName(statistic),
    columns,
    rows: lines.map(({ label }) => label),
    rowHeight,
    values: lines.map(({ members }) => {
      const byStep = members.map(
        ({ entries }) => new Map(entries.map((entry) => [entry.step, entry[statistic]])),
      );
      return columns.map((step) =>
        median(byStep.map((values) => values.get(step)).filter((value) => value !== undefined)),
      );
    }),
    marks: columns.length > 1 ? grokMark(grokStep) : [],
  };
}
