import type { Annotation, Data, ScatterData, Shape } from 'plotly.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import type { Axis, Mark, Panel, PanelsFigure } from './figure.js';
import { plainText } from './plainText.js';
import { axisLayout, drawCurve, drawMark, frame, type Drawing } from './plotlyParts.js';

/** Gaps between panels as shares of the width and the height. */
const gap = { across: 0.025, down: 0.06 } as const;

/** Position of panel `index` of `count` along an axis, in shares. */
const domainOf = (index: number, count: number, between: number): [number, number] => {
  const size = (1 - between * (count - 1)) / count;
  const start = index * (size + between);
  return [start, Math.min(1, start + size)];
};

const axisName = (letter: 'x' | 'y', number: number): string => `${letter}${number === 0 ? '' : number + 1}`;
const layoutName = (letter: 'x' | 'y', number: number): string =>
  `${letter}axis${number === 0 ? '' : number + 1}`;

/** One plot for all panels: an x axis per column and a y axis per row, all with the same range. */
export function drawPanels(figure: PanelsFigure, theme: ChartTheme): Drawing {
  const { rows, columns, panels, x, y } = figure;
  const named = new Set<string>();
  const data = panels.flatMap(({ row, column, curves }): Data[] => {
    const place = { xaxis: axisName('x', column), yaxis: axisName('y', row) };
    // A panel is drawn only if it has a trace: the empty one has no points.
    if (curves.length === 0) return [{ ...place, type: 'scatter', x: [], y: [], showlegend: false }];
    return curves.map((curve) => {
      const first = !named.has(curve.name);
      named.add(curve.name);
      const drawn = drawCurve(curve, figure, theme) as Partial<ScatterData>;
      return {
        ...drawn,
        ...place,
        legendgroup: curve.name,
        showlegend: first,
        marker: { ...drawn.marker, size: 4 },
        line: { ...drawn.line, width: 1.5 },
      };
    });
  });
  const axes: Record<string, unknown> = {};
  columns.forEach((_, column) => {
    axes[layoutName('x', column)] = {
      ...axisLayout(x, theme),
      ...(x.scale === 'log' ? { dtick: 1 } : {}),
      title: undefined,
      domain: domainOf(column, columns.length, gap.across),
      anchor: axisName('y', rows.length - 1),
      ...(column === 0 ? {} : { matches: 'x' }),
    };
  });
  rows.forEach((_, row) => {
    axes[layoutName('y', row)] = {
      ...axisLayout(y, theme),
      title: undefined,
      nticks: 4,
      // Rows go downwards, the axis of a plot goes upwards.
      domain: domainOf(rows.length - 1 - row, rows.length, gap.down),
      anchor: 'x',
      ...(row === 0 ? {} : { matches: 'y' }),
    };
  });
  return {
    data,
    layout: {
      ...frame(theme),
      margin: { l: 68, r: 20, t: 26, b: 44 },
      hovermode: 'closest',
      ...axes,
      shapes: panels.flatMap((panel) => shapesOf(panel, x, theme)),
      annotations: [...titles(figure, theme), ...panels.flatMap((panel) => notesOf(panel, theme))],
    },
  };
}

/** Lines clipped to their panel instead of the whole plot. */
const shapesOf = ({ row, column, marks = [], curves }: Panel, x: Axis, theme: ChartTheme): Partial<Shape>[] =>
  (curves.length === 0 ? [] : marks).map((mark) => {
    const at = { x: axisName('x', column), y: axisName('y', row) };
    const refs =
      mark.across === 'x' ? { xref: at.x, yref: `${at.y} domain` } : { xref: `${at.x} domain`, yref: at.y };
    return { ...drawMark(mark, theme, x), ...refs } as Partial<Shape>;
  });

/** Names of upright marks at the top of their panel; a panel without curves says why. */
const notesOf = (
  { row, column, curves, marks = [], note }: Panel,
  theme: ChartTheme,
): Partial<Annotation>[] => {
  const place = {
    xref: `${axisName('x', column)} domain`,
    yref: `${axisName('y', row)} domain`,
    showarrow: false,
    font: { color: theme.muted, size: theme.fontSize - 2 },
    bgcolor: theme.background,
  };
  const inside = (text: string, rest: object): Partial<Annotation> =>
    ({ ...place, text: plainText(text), ...rest }) as Partial<Annotation>;
  if (curves.length === 0) return note ? [inside(note, { x: 0.5, y: 0.5 })] : [];
  const label = marks
    .filter((mark: Mark) => mark.across === 'x' && mark.label !== '')
    .map((mark) => mark.label)
    .join(', ');
  return label === '' ? [] : [inside(label, { x: 0.02, y: 0.99, xanchor: 'left', yanchor: 'top' })];
};

/** Names of the columns above, of the rows at the left, and of the shared axes below and beside. */
function titles({ rows, columns, x, y }: PanelsFigure, theme: ChartTheme): Partial<Annotation>[] {
  const said = { xref: 'paper', yref: 'paper', showarrow: false } as const;
  const upwards = { x: 0, textangle: -90, xanchor: 'center', yanchor: 'middle' } as const;
  const middle = ([low, high]: [number, number]): number => (low + high) / 2;
  const strong = { color: theme.foreground, size: theme.fontSize - 1 };
  const quiet = { color: theme.muted, size: theme.fontSize - 1 };
  return [
    ...columns.map((name, column) => ({
      ...said,
      text: plainText(name),
      x: middle(domainOf(column, columns.length, gap.across)),
      xanchor: 'center' as const,
      y: 1,
      yanchor: 'bottom' as const,
      font: strong,
    })),
    ...rows.map((name, row) => ({
      ...said,
      text: plainText(name),
      ...upwards,
      xshift: -46,
      y: middle(domainOf(rows.length - 1 - row, rows.length, gap.down)),
      font: strong,
    })),
    {
      ...said,
      text: plainText(x.title),
      x: 0.5,
      xanchor: 'center' as const,
      y: 0,
      yshift: -24,
      yanchor: 'top' as const,
      font: quiet,
    },
    { ...said, ...upwards, text: plainText(y.title), xshift: -64, y: 0.5, font: quiet },
  ];
}
