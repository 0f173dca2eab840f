import type { Annotation, Config, Data, Layout, Shape } from 'plotly.js';
import { integer, number, percent } from '../describe/numbers.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import { mix } from './colour.js';
import type { Axis, Curve, Figure, HeatFigure, LineFigure, Look, Mark, SpaceFigure } from './figure.js';
import { plainLines, plainText } from './plainText.js';

export interface Drawing {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
}

/** No link, no upload, no logo: the charts speak to nobody outside the page. */
export const plotlyConfig: Partial<Config> = {
  displaylogo: false,
  displayModeBar: false,
  showSendToCloud: false,
  plotlyServerURL: '',
  scrollZoom: false,
  doubleClick: 'reset',
};

const byKind: {
  readonly [K in Figure['kind']]: (figure: Extract<Figure, { kind: K }>, theme: ChartTheme) => Drawing;
} = { lines: drawLines, heat: drawHeat, space: drawSpace };

export function draw(figure: Figure, theme: ChartTheme): Drawing {
  const make = byKind[figure.kind] as (figure: Figure, theme: ChartTheme) => Drawing;
  return make(figure, theme);
}

/** The colour of a look in a theme. */
export const inkOf = (ink: Look['ink'], theme: ChartTheme): string =>
  ink === 'muted'
    ? theme.muted
    : ink === 'foreground'
      ? theme.foreground
      : (theme.inks[ink % theme.inks.length] ?? theme.foreground);

const formats = { number, percent, integer } as const;
export const formatOn = (axis: Axis, value: number): string => formats[axis.format](value);

function drawLines(figure: LineFigure, theme: ChartTheme): Drawing {
  const { curves, bands = [], marks = [], labels = [] } = figure;
  const data: Data[] = [
    ...bands.flatMap((band): Data[] => {
      const edge = {
        type: 'scatter' as const,
        mode: 'lines' as const,
        x: [...band.x],
        line: { width: 0 },
        hoverinfo: 'skip' as const,
        showlegend: false,
      };
      return [
        { ...edge, y: [...band.lower] },
        {
          ...edge,
          y: [...band.upper],
          name: plainText(band.name),
          fill: 'tonexty',
          fillcolor: mix(theme.background, inkOf(band.ink, theme), 0.22),
          showlegend: true,
        },
      ];
    }),
    ...curves.map((curve) => drawCurve(curve, figure, theme)),
  ];
  return {
    data,
    layout: {
      ...frame(theme),
      hovermode: 'closest',
      xaxis: axisLayout(figure.x, theme),
      yaxis: { ...axisLayout(figure.y, theme), automargin: true },
      shapes: marks.map((mark) => drawMark(mark, theme)),
      annotations: [
        ...marks.map((mark) => markLabel(mark, figure, theme)),
        ...labels.map(({ x, y, text }): Partial<Annotation> => ({
          x: onAxis(figure.x, x),
          y: onAxis(figure.y, y),
          text: plainText(text),
          showarrow: true,
          arrowhead: 0,
          arrowwidth: 1,
          arrowcolor: theme.muted,
          ax: 28,
          ay: -22,
          font: { color: theme.foreground, size: theme.fontSize - 1 },
        })),
      ],
    },
  };
}

function drawCurve(curve: Curve, { x, y }: LineFigure, theme: ChartTheme): Data {
  const { look, shade } = curve;
  const ink = inkOf(look.ink, theme);
  const shaded = (amount: number): string => mix(mix(theme.background, theme.muted, 0.75), ink, amount);
  const line = typeof shade === 'number' ? shaded(shade) : ink;
  const mode = look.symbol === 'none' ? 'lines' : look.line ? 'lines+markers' : 'markers';
  return {
    type: 'scatter',
    mode,
    name: plainText(curve.name),
    x: [...curve.x],
    y: [...curve.y],
    line: {
      color: typeof shade === 'object' ? mix(theme.background, theme.muted, 0.7) : line,
      width: typeof shade === 'object' ? 1 : look.ink === 'muted' ? 1.3 : 2,
      dash: look.dash,
    },
    marker: {
      color: typeof shade === 'object' ? shade.map(shaded) : line,
      symbol: look.symbol === 'none' ? 'circle' : look.symbol,
      size: 7,
    },
    hoverinfo: 'text',
    hovertext: curve.x.map((place, index) =>
      plainLines([
        curve.name,
        `${x.title}: ${formatOn(x, place)}`,
        `${y.title}: ${formatOn(y, curve.y[index]!)}`,
        ...(curve.notes?.[index] ? [curve.notes[index]] : []),
      ]),
    ),
  };
}

const drawMark = (mark: Mark, theme: ChartTheme): Partial<Shape> => ({
  type: 'line',
  ...(mark.across === 'x'
    ? { x0: mark.at, x1: mark.at, y0: 0, y1: 1, xref: 'x' as const, yref: 'paper' as const }
    : { y0: mark.at, y1: mark.at, x0: 0, x1: 1, yref: 'y' as const, xref: 'paper' as const }),
  editable: mark.draggable === true,
  layer: mark.draggable ? 'above' : 'below',
  line: { color: inkOf(mark.look.ink, theme), width: mark.draggable ? 2 : 1.2, dash: mark.look.dash },
});

const markLabel = (
  mark: Mark,
  { x, y }: { readonly x: Axis; readonly y?: Axis },
  theme: ChartTheme,
): Partial<Annotation> => ({
  text: plainText(mark.label),
  showarrow: false,
  font: { color: theme.muted, size: theme.fontSize - 2 },
  bgcolor: theme.background,
  borderpad: 1,
  ...(mark.across === 'x'
    ? { x: onAxis(x, mark.at), xref: 'x', y: 1, yref: 'paper', yanchor: 'bottom', xanchor: 'center' }
    : {
        y: onAxis(y ?? x, mark.at),
        yref: 'y',
        x: mark.draggable ? 1 : 0,
        xref: 'paper',
        xanchor: mark.draggable ? 'right' : 'left',
        yanchor: 'bottom',
      }),
});

/** Annotation and ranges live in the logarithm on a log axis; shapes and points do not. */
const onAxis = (axis: Axis, value: number): number => (axis.scale === 'log' ? Math.log10(value) : value);

function axisLayout(axis: Axis, theme: ChartTheme): NonNullable<Layout['xaxis']> {
  return {
    title: {
      text: plainText(axis.title),
      standoff: 8,
      font: { color: theme.muted, size: theme.fontSize - 1 },
    },
    type: axis.scale,
    ...(axis.range
      ? { range: [onAxis(axis, axis.range[0]), onAxis(axis, axis.range[1])] as [number, number] }
      : {}),
    ...(axis.format === 'percent' ? { tickformat: axis.scale === 'log' ? '.2~%' : '~%' } : {}),
    ...(axis.format === 'integer' && axis.scale === 'linear' ? { tickformat: 'd' } : {}),
    ...(axis.scale === 'log' && axis.format !== 'percent' ? { exponentformat: 'power', dtick: 'D1' } : {}),
    ...(axis.scale === 'log' && axis.format === 'percent' ? { dtick: 'D2' } : {}),
    gridcolor: theme.grid,
    linecolor: theme.grid,
    zerolinecolor: theme.grid,
    zerolinewidth: 1,
    tickfont: { color: theme.muted, size: theme.fontSize - 2 },
    ticks: '',
  };
}

function drawHeat(figure: HeatFigure, theme: ChartTheme): Drawing {
  const { x, columns, rows, values, value, marks = [] } = figure;
  const ink = inkOf(0, theme);
  return {
    data: [
      {
        type: 'heatmap',
        x: [...columns],
        y: rows.map((_, index) => index),
        z: values.map((row) => columns.map((_, index) => row[index] ?? NaN)),
        colorscale: [
          [0, mix(theme.background, ink, 0.06)],
          [1, ink],
        ],
        colorbar: {
          thickness: 10,
          outlinewidth: 0,
          len: 1,
          tickfont: { color: theme.muted, size: theme.fontSize - 2 },
          nticks: 5,
        },
        xgap: columns.length > 120 ? 0 : 1,
        ygap: 1,
        hoverongaps: false,
        hoverinfo: 'text',
        hovertext: values.map((row, at) =>
          columns.map((step, index) => {
            const cell = row[index];
            return plainLines([
              rows[at]!,
              `${x.title}: ${formatOn(x, step)}`,
              `${value}: ${cell === undefined ? '–' : number(cell, 4)}`,
            ]);
          }),
        ) as unknown as string[],
      },
    ],
    layout: {
      ...frame(theme),
      margin: { l: 8, r: 8, t: 22, b: 40 },
      xaxis: { ...axisLayout(x, theme), showgrid: false },
      yaxis: {
        automargin: true,
        autorange: 'reversed',
        showgrid: false,
        zeroline: false,
        tickvals: rows.map((_, index) => index),
        ticktext: rows.map((name) => plainText(shortened(name))),
        tickfont: { color: theme.muted, size: theme.fontSize - 2 },
      },
      shapes: marks.map((mark) => ({ ...drawMark(mark, theme), layer: 'above' as const })),
      annotations: marks.map((mark) => markLabel(mark, figure, theme)),
    },
  };
}

/** Long names keep their end, where they differ. */
const shortened = (name: string): string => (name.length > 24 ? `…${name.slice(-23)}` : name);

function drawSpace({ axes, curves }: SpaceFigure, theme: ChartTheme): Drawing {
  const axis = (title: string) => ({
    title: { text: plainText(title), font: { color: theme.muted, size: theme.fontSize - 2 } },
    gridcolor: theme.grid,
    zerolinecolor: theme.grid,
    linecolor: theme.grid,
    showbackground: false,
    showspikes: false,
    tickfont: { color: theme.muted, size: theme.fontSize - 3 },
    nticks: 5,
  });
  return {
    data: curves.map((curve): Data => {
      const ink = inkOf(curve.look.ink, theme);
      return {
        type: 'scatter3d',
        mode: curve.look.line ? 'lines+markers' : 'markers',
        name: plainText(curve.name),
        x: curve.points.map(([first]) => first),
        y: curve.points.map(([, second]) => second),
        z: curve.points.map(([, , third]) => third),
        line: { color: theme.muted, width: 2 },
        marker: {
          size: 5,
          symbol:
            curve.look.symbol === 'diamond'
              ? 'diamond'
              : curve.look.symbol === 'square'
                ? 'square'
                : 'circle',
          color: curve.shade
            ? curve.shade.map((amount) => mix(mix(theme.background, theme.muted, 0.75), ink, amount))
            : ink,
        },
        hoverinfo: 'text',
        hovertext: curve.points.map((point, index) =>
          plainLines([
            curve.name,
            ...(curve.notes[index] ? [curve.notes[index]] : []),
            ...point.map((value, component) => `${axes[component]!}: ${number(value)}`),
          ]),
        ),
      };
    }),
    layout: {
      ...frame(theme),
      margin: { l: 0, r: 0, t: 0, b: 0 },
      scene: {
        xaxis: axis(axes[0]),
        yaxis: axis(axes[1]),
        zaxis: axis(axes[2]),
        camera: { eye: { x: 1.5, y: -1.6, z: 0.9 } },
      },
    },
  };
}

const frame = (theme: ChartTheme): Partial<Layout> => ({
  autosize: true,
  showlegend: false,
  paper_bgcolor: theme.background,
  plot_bgcolor: theme.background,
  margin: { l: 8, r: 14, t: 22, b: 44 },
  font: { family: theme.font, size: theme.fontSize - 1, color: theme.foreground },
  hoverlabel: {
    bgcolor: theme.hoverBackground,
    bordercolor: theme.hoverBorder,
    align: 'left',
    font: { family: theme.font, size: theme.fontSize - 1, color: theme.foreground },
  },
  uirevision: 'keep',
});
