import type { SweepPlot } from '../../../extension/contract/report.js';
import type { LineFigure, Look } from '../../charts/figure.js';
import { lineLook, markedLook, nullLook } from '../../charts/looks.js';

type Kind = SweepPlot['curves'][number]['kind'];

const looks: Readonly<Record<Kind, (index: number) => Look>> = {
  points: (index) => ({ ...markedLook(index), line: false }),
  curve: markedLook,
  line: lineLook,
  // Several nulls differ in their strokes.
  null: (index) => ({ ...nullLook, dash: (['dash', 'dot', 'dashdot', 'longdash'] as const)[index % 4]! }),
};

/** The plot of a table; none before it has a point. */
export const tablePlot = ({ x, y, curves }: SweepPlot): LineFigure | undefined =>
  curves.every(({ points }) => points.length === 0)
    ? undefined
    : {
        kind: 'lines',
        x: { ...x, format: 'number' },
        y: { ...y, format: 'number' },
        curves: curves.map(({ name, kind, points }, index) => ({
          name,
          look: looks[kind](index),
          x: points.map((point) => point.x),
          y: points.map((point) => point.y),
        })),
      };
