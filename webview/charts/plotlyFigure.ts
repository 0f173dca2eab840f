import type { Annotation, Config, Data, Layout, Shape } from 'plotly.js';
import { integer, number, percent } from '../describe/numbers.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import { mix } from './colour.js';
import type {
  Axis,
  Curve,
  Figure,
  HeatFigure,
  LineFigure,
  Look,
  Mark,
  PointLabel,
  SpaceFigure,
} from './figure.js';
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
    ...reach(figure),
  ];
  return {
    data,
    layout: {
      ...frame(theme),
      hovermode: 'closest',
      // A mark that was dragged goes where the page then puts it, not where the pointer left its ends.
      editrevision: marks.find((mark) => mark.draggable)?.at ?? 0,
      xaxis: axisLayout(
        figure.x,
        theme,
        decadesOf(
          figure.x,
          curves.flatMap((curve) => curve.x),
        ),
      ),
      yaxis: {
        ...axisLayout(
          figure.y,
          theme,
          decadesOf(
            figure.y,
            curves.flatMap((curve) => curve.y),
          ),
        ),
        automargin: true,
      },
      shapes: marks.map((mark) => drawMark(mark, theme)),
      annotations: [
        ...marks.map((mark) => markLabel(mark, figure, theme)),
        ...labels.map((label) => pointLabel(label, figure, theme)),
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

/** Shapes do not widen an axis; an unseen point at each level does, so that no null falls outside the picture. */
function reach({ curves, marks = [], y }: LineFigure): Data[] {
  const levels = marks.filter((mark) => mark.across === 'y' && !y.range).map(({ at }) => at);
  const place = curves.find((curve) => curve.x.length > 0)?.x[0];
  return levels.length === 0 || place === undefined
    ? []
    : [
        {
          type: 'scatter',
          mode: 'lines',
          x: levels.map(() => place),
          y: levels,
          line: { width: 0 },
          hoverinfo: 'skip',
          showlegend: false,
        },
      ];
}

const labelDistance = 30;

function pointLabel(
  { x, y, text }: PointLabel,
  { curves, ...figure }: LineFigure,
  theme: ChartTheme,
): Partial<Annotation> {
  const away = (value: number, all: readonly number[]): number => {
    const low = Math.min(...all);
    const high = Math.max(...all);
    return high > low ? (value - (low + high) / 2) / (high - low) : 0;
  };
  const right = away(
    x,
    curves.flatMap((curve) => curve.x),
  );
  const up = away(
    y,
    curves.flatMap((curve) => curve.y),
  );
  const length = Math.hypot(right, up) || 1;
  return {
    x: onAxis(figure.x, x),
    y: onAxis(figure.y, y),
    text: plainText(text),
    showarrow: true,
    arrowhead: 0,
    arrowwidth: 1,
    arrowcolor: theme.muted,
    standoff: 5,
    ax: (right / length) * labelDistance,
    ay: (-up / length) * labelDistance,
    xanchor: right < 0 ? 'right' : 'left',
    font: { color: theme.foreground, size: theme.fontSize - 1 },
  };
}

const drawMark = (mark: Mark, theme: ChartTheme): Partial<Shape> => ({
  type: 'line',
  ...(mark.across === 'x'
    ? { x0: mark.at, x1: mark.at, y0: 0, y1: 1, xref: 'x' as const, yref: 'paper' as const }
    : { y0: mark.at, y1: mark.at, x0: 0, x1: 1, yref: 'y' as const, xref: 'paper' as const }),
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
  ...(mark.across === 'x'
    ? {
        x: onAxis(x, mark.at),
        xref: 'x',
        y: 1,
        yref: 'paper',
        yanchor: 'bottom',
        xanchor: mark.side ?? 'center',
      }
    : {
        y: onAxis(y ?? x, mark.at),
        yref: 'y',
        x: mark.side === 'right' ? 1 : 0,
        xref: 'paper',
        xanchor: mark.side ?? 'left',
        yanchor: mark.draggable ? 'top' : 'bottom',
      }),
});

/** Annotation and ranges live in the logarithm on a log axis; shapes and points do not. */
const onAxis = (axis: Axis, value: number): number => (axis.scale === 'log' ? Math.log10(value) : value);

/** Whole powers of ten over many decades, 1-2-5 over few, the library's own choice within one. */
const logTicks = (
  { format }: Axis,
  decades: number,
): Pick<NonNullable<Layout['xaxis']>, 'dtick' | 'tickformat'> => ({
  tickformat: format === 'percent' ? '.2~%' : '~g',
  ...(decades > 2.5 ? { dtick: 1 } : decades > 0.7 ? { dtick: 'D2' } : {}),
});

/** How many powers of ten an axis spans. */
function decadesOf(axis: Axis, values: readonly number[]): number {
  const ends = axis.range ?? values.filter((value) => value > 0);
  return ends.length === 0 ? 0 : Math.log10(Math.max(...ends) / Math.min(...ends));
}

function axisLayout(axis: Axis, theme: ChartTheme, decades = 0): NonNullable<Layout['xaxis']> {
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
    ...(axis.format === 'percent' && axis.scale === 'linear' ? { tickformat: '~%' } : {}),
    ...(axis.format === 'integer' ? { tickformat: 'd', nticks: 8 } : {}),
    ...(axis.scale === 'log' ? logTicks(axis, decades) : {}),
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
        ticks: '',
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
        aspectmode: 'cube',
        camera: { eye: { x: 1.3, y: -1.4, z: 0.75 } },
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
