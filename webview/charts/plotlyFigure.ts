import type { Annotation, Config, Data } from 'plotly.js';
import { none, number } from '../words/numbers.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import { mix } from '../theme/colour.js';
import { extent } from './extent.js';
import type { Figure, HeatFigure, LineFigure, Mark, PointLabel, SpaceFigure } from './figure.js';
import { plainLines, plainText } from './plainText.js';
import { shortNames } from './shortNames.js';
import {
  axisLayout,
  drawCurve,
  drawMark,
  formatOn,
  betweenShades,
  frame,
  inkOf,
  placeOn,
  shadeAt,
  shareOfShades,
  markLabel,
  tickNumbers,
  onAxis,
  type Drawing,
} from './plotlyParts.js';
import { drawPanels } from './plotlyPanels.js';

/** No link, no upload, no logo: charts contact nothing outside the page. */
export const plotlyConfig: Partial<Config> = {
  displaylogo: false,
  // Its hints are English notes over the chart.
  showTips: false,
  displayModeBar: false,
  showSendToCloud: false,
  plotlyServerURL: '',
  scrollZoom: false,
  doubleClick: 'reset',
};

const byKind: {
  readonly [K in Figure['kind']]: (figure: Extract<Figure, { kind: K }>, theme: ChartTheme) => Drawing;
} = { lines: drawLines, heat: drawHeat, space: drawSpace, panels: drawPanels };

export function draw(figure: Figure, theme: ChartTheme): Drawing {
  const make = byKind[figure.kind] as (figure: Figure, theme: ChartTheme) => Drawing;
  return make(figure, theme);
}

function drawLines(figure: LineFigure, theme: ChartTheme): Drawing {
  const { curves, bands = [], marks = [], labels = [] } = figure;
  const xs = curves.flatMap((curve) => curve.x);
  const ys = curves.flatMap((curve) => curve.y);
  const data: Data[] = [
    ...bands.flatMap((band): Data[] => {
      const edge = {
        type: 'scatter' as const,
        mode: 'lines' as const,
        x: band.x.map((place) => placeOn(figure.x, place)),
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
    ...marks.filter(({ inLegend }) => inLegend).map((mark) => legendOnly(mark, theme)),
  ];
  return {
    data,
    layout: {
      ...frame(theme),
      hovermode: 'closest',
      // A dragged mark goes where the page puts it afterwards, not where the pointer left its ends.
      editrevision: marks.find((mark) => mark.draggable)?.at ?? 0,
      xaxis: axisLayout(figure.x, theme, xs),
      yaxis: { ...axisLayout(figure.y, theme, ys), automargin: true },
      shapes: marks.map((mark) => drawMark(mark, theme, figure.x)),
      annotations: [
        ...marks.filter(({ inLegend }) => !inLegend).map((mark) => markLabel(mark, figure, theme)),
        ...labels.map((label) => pointLabel(label, figure, { right: awayIn(xs), up: awayIn(ys) }, theme)),
      ],
    },
  };
}

/** A shape has no place in the legend of an exported picture. A curve without points has. */
const legendOnly = ({ label, look }: Mark, theme: ChartTheme): Data => ({
  type: 'scatter',
  mode: 'lines',
  name: plainText(label),
  x: [null],
  y: [null],
  line: { color: inkOf(look.ink, theme), width: 1.2, dash: look.dash },
  hoverinfo: 'skip',
});

/** Shapes do not extend an axis. An invisible point at each level does, so that no null is cut off. */
function reach({ curves, marks = [], x, y }: LineFigure): Data[] {
  const levels = marks.filter((mark) => mark.across === 'y' && !y.range).map(({ at }) => at);
  const place = curves.find((curve) => curve.x.length > 0)?.x[0];
  return levels.length === 0 || place === undefined
    ? []
    : [
        {
          type: 'scatter',
          mode: 'lines',
          x: levels.map(() => placeOn(x, place)),
          y: levels,
          line: { width: 0 },
          hoverinfo: 'skip',
          showlegend: false,
        },
      ];
}

const labelDistance = 30;

/** Distance of a value from the middle, as a share of the span. */
function awayIn(all: readonly number[]): (value: number) => number {
  const { low, high } = extent(all);
  return (value) => (high > low ? (value - (low + high) / 2) / (high - low) : 0);
}

function pointLabel(
  { x, y, text }: PointLabel,
  figure: LineFigure,
  away: { readonly right: (x: number) => number; readonly up: (y: number) => number },
  theme: ChartTheme,
): Partial<Annotation> {
  const right = away.right(x);
  const up = away.up(y);
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

function drawHeat(figure: HeatFigure, theme: ChartTheme): Drawing {
  const { x, columns, rows, values, value, range, texts, notes, marks = [] } = figure;
  const ink = inkOf(0, theme);
  const names = shortNames(rows);
  const every = Math.ceil(rows.length / (figure.rowHeight === undefined ? mostRowNames : mostNamesOfTall));
  const named = rows.map((_, index) => index).filter((index) => index % every === 0);
  return {
    data: [
      {
        type: 'heatmap',
        x: columnEdges(columns, x),
        y: rows.map((_, index) => index),
        z: values.map((row) => columns.map((_, index) => row[index] ?? NaN)),
        ...(range === undefined ? {} : { zmin: range[0], zmax: range[1] }),
        ...(texts === undefined
          ? {}
          : {
              text: texts.map((row) => row.map(plainText)) as unknown as string[],
              texttemplate: '%{text}',
            }),
        colorscale: [
          [0, mix(theme.background, ink, 0.06)],
          [1, ink],
        ],
        colorbar: {
          thickness: 10,
          outlinewidth: 0,
          len: 1,
          ...tickNumbers(values.flatMap((row) => row.filter((cell) => cell !== undefined))),
          tickfont: { color: theme.muted, size: theme.fontSize - 2 },
          nticks: 5,
        },
        xgap: columns.length > 120 ? 0 : 1,
        ygap: rows.length > 40 ? 0 : 1,
        hoverongaps: false,
        hoverinfo: 'text',
        hovertext: values.map((row, at) =>
          columns.map((step, index) => {
            const cell = row[index];
            return plainLines([
              rows[at]!,
              `${x.title}: ${formatOn(x, step)}`,
              `${value}: ${cell === undefined ? none : number(cell, 4)}`,
              ...(notes?.[at]?.[index] ?? []),
            ]);
          }),
        ) as unknown as string[],
      },
    ],
    layout: {
      ...frame(theme),
      margin: { l: 8, r: 8, t: 22, b: 40 },
      xaxis: {
        ...axisLayout(x, theme, columns),
        showgrid: false,
        zeroline: false,
        ...(x.scale === 'log' ? {} : columnTicks(columns)),
      },
      yaxis: {
        automargin: true,
        autorange: 'reversed',
        ticks: '',
        showgrid: false,
        zeroline: false,
        tickvals: named,
        ticktext: named.map((row) => plainText(names[row]!)),
        tickfont: { color: theme.muted, size: theme.fontSize - 2 },
      },
      shapes: marks.map((mark) => ({ ...drawMark(mark, theme, x), layer: 'above' as const })),
      annotations: marks.map((mark) => markLabel(mark, figure, theme)),
    },
  };
}

/** Cell edges halfway between neighbours on the axis: one more than columns. Equal halves at both ends. */
function columnEdges(columns: readonly number[], axis: HeatFigure['x']): number[] {
  const places = columns.map((column) => onAxis(axis, column));
  const between = places.slice(1).map((place, index) => (place + places[index]!) / 2);
  const [first, last] = [places[0]!, places.at(-1)!];
  const edges = [
    between.length === 0 ? first - 0.5 : 2 * first - between[0]!,
    ...between,
    between.length === 0 ? last + 0.5 : 2 * last - between.at(-1)!,
  ];
  return axis.scale === 'log' ? edges.map((edge) => 10 ** edge) : edges;
}

/** Labels that fit along the rows; the hover labels have all of them. */
const mostRowNames = 20;
/** The same of a chart that grows with its rows. */
const mostNamesOfTall = 64;

/** Ticks at the columns themselves, if there are few and their labels do not collide. */
function columnTicks(columns: readonly number[]): { readonly tickvals?: number[] } {
  const span = columns.at(-1)! - columns[0]!;
  const isApart = columns.every((column, index) => index === 0 || column - columns[index - 1]! >= span / 10);
  return columns.length <= 8 && isApart ? { tickvals: [...columns] } : {};
}

function drawSpace({ axes, curves, shades }: SpaceFigure, theme: ChartTheme): Drawing {
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
        line: { color: betweenShades(theme), width: 2 },
        marker: {
          size: 5,
          symbol:
            curve.look.symbol === 'diamond'
              ? 'diamond'
              : curve.look.symbol === 'square'
                ? 'square'
                : 'circle',
          color:
            curve.shade && shades
              ? curve.shade.map((value) => shadeAt(curve.look.ink, shareOfShades(shades, value), theme))
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
        // Far enough to show the axis titles, slightly below the middle.
        camera: { eye: { x: 1.55, y: -1.65, z: 0.85 }, center: { x: 0, y: 0, z: -0.12 } },
      },
    },
  };
}
