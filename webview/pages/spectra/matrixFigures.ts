import type { MatrixDetail } from '../../../extension/contract/report.js';
import type { HeatFigure, LineFigure } from '../../charts/figure.js';
import { lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { countOf } from '../../report/histograms.js';
import { integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';

/** Blocks of the matrix as a heat map, labelled with the index of their first row and column. */
export function blocksFigure({ blocks }: MatrixDetail, measure: 'mean' | 'rms'): HeatFigure {
  const { rows, columns, rowsPerBlock, columnsPerBlock } = blocks;
  const values = blocks[measure];
  return {
    kind: 'heat',
    x: { title: say('matrix.column'), scale: 'linear', format: 'integer' },
    value: say(`matrix.${measure}`),
    columns: Array.from({ length: columns }, (_, column) => column * columnsPerBlock),
    rows: Array.from({ length: rows }, (_, row) => say('matrix.row', { row: integer(row * rowsPerBlock) })),
    values: Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns)),
  };
}

/** The density of the entries, and that of a normal distribution with the same mean and variance. */
export function entriesFigure({ histogram, mean, sd }: MatrixDetail): LineFigure | undefined {
  const { start, width, counts } = histogram;
  if (!(sd > 0)) return undefined;
  const total = countOf(histogram);
  const x = counts.map((_, bin) => start + (bin + 0.5) * width);
  return {
    kind: 'lines',
    x: { title: say('matrix.value'), scale: 'linear', format: 'number' },
    y: { title: say('matrix.density'), scale: 'linear', format: 'number' },
    curves: [
      {
        name: say('matrix.entriesName'),
        x,
        y: counts.map((count) => count / total / width),
        look: lineLook(0),
      },
      {
        name: say('matrix.normal'),
        x,
        y: x.map((at) => Math.exp(-((at - mean) ** 2) / (2 * sd * sd)) / (sd * Math.sqrt(2 * Math.PI))),
        look: nullLook,
      },
    ],
  };
}

const descending = (values: readonly number[]): number[] => [...values].sort((a, b) => b - a);
const places = (values: readonly unknown[]): number[] => values.map((_, index) => index + 1);

/** Norms of rows and columns, largest first, with the range of shuffled entries. */
export function normsFigure({ rowNorms, columnNorms, rowNull, columnNull }: MatrixDetail): LineFigure {
  const rows = descending(rowNorms);
  const columns = descending(columnNorms);
  return {
    kind: 'lines',
    x: { title: say('matrix.place'), scale: 'linear', format: 'integer' },
    y: { title: say('matrix.norm'), scale: 'linear', format: 'number' },
    curves: [
      { name: say('matrix.rowNorms'), x: places(rows), y: rows, look: lineLook(0) },
      { name: say('matrix.columnNorms'), x: places(columns), y: columns, look: lineLook(1) },
    ],
    marks: [
      { across: 'y', at: rowNull.mean, label: say('matrix.rowsShuffled'), look: nullLook },
      {
        across: 'y',
        at: columnNull.mean,
        label: say('matrix.columnsShuffled'),
        look: nullLook,
        side: 'right',
      },
    ],
  };
}

/** The entries of the first singular vectors; undefined if they are not kept. */
export function vectorsFigure({ vectors }: MatrixDetail, side: 'left' | 'right'): LineFigure | undefined {
  const curves = (vectors ?? []).flatMap((vector, i) => {
    const values = vector[side];
    return values === undefined
      ? []
      : [
          {
            name: say('matrix.vector', { index: i + 1 }),
            x: places(values),
            y: [...values],
            look: values.length > 200 ? lineLook(i) : markedLook(i),
          },
        ];
  });
  if (curves.length === 0) return undefined;
  return {
    kind: 'lines',
    x: {
      title: say(side === 'left' ? 'matrix.rowIndex' : 'matrix.column'),
      scale: 'linear',
      format: 'integer',
    },
    y: { title: say('matrix.entryOfVector'), scale: 'linear', format: 'number' },
    curves,
  };
}
