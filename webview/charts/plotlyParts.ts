import type { Annotation, Data, Layout, Shape } from 'plotly.js';
import { LARGE, SMALL } from '../../extension/contract/numberText.js';
import { integer, number, percent, separators } from '../words/numbers.js';
import type { ChartTheme } from '../theme/chartTheme.js';
import { mix, parseColour } from '../theme/colour.js';
import { extent } from './extent.js';
import type { Axis, Curve, LineFigure, Look, Mark, Shades } from './figure.js';
import { plainLines, plainText } from './plainText.js';

/** Common parts of all charts: curves, marks, axes, the frame. */

export interface Drawing {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
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

/** The colour at a share of the way between the first and the last shade. */
export const shadeAt = (ink: number | Look['ink'], share: number, theme: ChartTheme): string =>
  mix(mix(theme.background, theme.muted, 0.75), inkOf(ink, theme), share);

/** Position of a value between the ends of the shades: 0 to 1. */
export function shareOfShades({ axis }: Shades, value: number): number {
  const [low, high] = axis.range.map((end) => onAxis(axis, end)) as [number, number];
  return high > low ? Math.min(1, Math.max(0, (onAxis(axis, value) - low) / (high - low))) : 1;
}

/** The thin line between shaded points. */
export const betweenShades = (theme: ChartTheme): string => mix(theme.background, theme.muted, 0.7);

/** Markers of one curve, evenly spaced; the pointer finds every point. */
const mostMarkers = 40;
const manyPoints = 80;

export function drawCurve(
  curve: Curve,
  { x, y, shades }: Pick<LineFigure, 'x' | 'y' | 'shades'>,
  theme: ChartTheme,
): Data {
  const { look, shade } = curve;
  const ink = inkOf(look.ink, theme);
  const shaded = (value: number): string =>
    shades ? shadeAt(look.ink, shareOfShades(shades, value), theme) : ink;
  const line = typeof shade === 'number' ? shaded(shade) : ink;
  const mode = look.symbol === 'none' ? 'lines' : look.line ? 'lines+markers' : 'markers';
  return {
    type: 'scatter',
    mode,
    name: plainText(curve.name),
    x: curve.x.map((place) => placeOn(x, place)),
    y: [...curve.y],
    showlegend: typeof shade !== 'number',
    line: {
      color: typeof shade === 'object' ? betweenShades(theme) : line,
      width: typeof shade === 'object' ? 1 : look.ink === 'muted' ? 1.3 : 2,
      dash: look.dash,
    },
    marker: {
      color: typeof shade === 'object' ? shade.map(shaded) : line,
      symbol: look.symbol === 'none' ? 'circle' : look.open ? `${look.symbol}-open` : look.symbol,
      size: look.open ? 11 : 7,
      // More of them would make one thick line.
      ...(look.line && typeof shade !== 'object' && curve.x.length > manyPoints
        ? { maxdisplayed: mostMarkers }
        : {}),
      ...(look.open ? { line: { width: 2 } } : {}),
    },
    // The training step of each point, for clicks and hovering.
    customdata: stepsOf(curve, x),
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

function stepsOf({ x: places, steps, shade }: Curve, x: Axis): number[] {
  if (steps) return [...steps];
  if (x.steps) return [...places];
  return typeof shade === 'number' ? places.map(() => shade) : [];
}

export const drawMark = (mark: Mark, theme: ChartTheme, x?: Axis): Partial<Shape> => ({
  type: 'line',
  ...(mark.across === 'x'
    ? {
        x0: placeOn(x, mark.at),
        x1: placeOn(x, mark.at),
        y0: 0,
        y1: 1,
        xref: 'x' as const,
        yref: 'paper' as const,
      }
    : { y0: mark.at, y1: mark.at, x0: 0, x1: 1, yref: 'y' as const, xref: 'paper' as const }),
  layer: mark.draggable ? 'above' : 'below',
  line: { color: inkOf(mark.look.ink, theme), width: mark.draggable ? 2 : 1.2, dash: mark.look.dash },
});

export const markLabel = (
  mark: Mark,
  { x, y }: { readonly x: Axis; readonly y?: Axis },
  theme: ChartTheme,
): Partial<Annotation> => ({
  text: plainText(mark.label),
  showarrow: false,
  bgcolor: seeThrough(theme.background),
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
        yanchor: mark.draggable || mark.below ? 'top' : 'bottom',
      }),
});

/** A name stays readable on a curve, and the curve shows through. */
function seeThrough(colour: string): string {
  const parts = parseColour(colour);
  return parts ? `rgba(${parts.slice(0, 3).join(', ')}, 0.65)` : colour;
}

/** On a log axis, annotations and ranges take logarithms; shapes and points do not. */
export const onAxis = (axis: Axis, value: number): number =>
  axis.scale === 'log' ? Math.log10(placeOn(axis, value)) : value;

/** The displayed number for an axis value: the value itself, except zero on a logarithmic axis. */
export const placeOn = (axis: Axis | undefined, value: number): number =>
  value === 0 && axis?.zeroAt !== undefined ? axis.zeroAt : value;

type Ticks = Pick<NonNullable<Layout['xaxis']>, 'dtick' | 'tickformat' | 'tickvals' | 'ticktext'>;

/** Powers of ten over many decades, 1-2-5 over few, the library's own choice within one. */
function logTicks(axis: Axis, values: readonly number[]): Ticks {
  const decades = decadesOf(axis, values);
  if (axis.format === 'number' && isFar(axis.range ?? values)) {
    // The library's formats write 1e-5 where sentences have a power of ten.
    return decades > 0.7 ? namedTicks(axis, values, number) : {};
  }
  return {
    tickformat: axis.format === 'percent' ? '.2~%' : ',~g',
    ...(decades > 2.5 ? { dtick: 1 } : decades > 0.7 ? { dtick: 'D2' } : {}),
  };
}

/** Whether some numbers are written with a power of ten. */
const isFar = (values: readonly number[]): boolean =>
  values.some((value) => value >= LARGE || (value > 0 && value < SMALL));

/** Number of decades that a logarithmic axis spans; 0 for a linear one. */
export function decadesOf({ scale, range }: Axis, values: readonly number[]): number {
  if (scale === 'linear') return 0;
  const { low, high } = extent(range ?? values.filter((value) => value > 0));
  return low > high ? 0 : Math.log10(high / low);
}

/** An axis of counts has ticks at whole numbers only: rounded labels between them would be wrong. */
const countTicks = (
  values: readonly number[],
): Pick<NonNullable<Layout['xaxis']>, 'dtick' | 'nticks' | 'tickformat'> => {
  const { low, high } = extent(values);
  return {
    tickformat: ',d',
    ...(high >= low && high - low <= mostTicks ? { dtick: 1 } : { nticks: mostTicks }),
  };
};
const mostTicks = 8;

/** Powers of ten, or 1-2-5 for few decades, in the number format of sentences; zero at its own position. */
function namedTicks(axis: Axis, values: readonly number[], named: (value: number) => string): Ticks {
  const { low, high } = extent(axis.range ?? values.filter((value) => value > 0));
  const digits = Math.log10(high / low) > 2.5 ? [1] : [1, 2, 5];
  const [first, last] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  // A level beyond the curves makes the axis longer.
  const margin = axis.steps ? 0 : 2;
  const ticks = Array.from({ length: last - first + 1 + 2 * margin }, (_, i) => first - margin + i)
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .filter((tick) => margin > 0 || (tick >= low && tick <= high * 1.0001));
  const zero = axis.zeroAt === undefined ? [] : [axis.zeroAt];
  return {
    tickvals: [...zero, ...ticks],
    ticktext: [...zero.map(() => integer(0)), ...ticks.map((tick) => named(tick))],
  };
}

/** Ticks of numbers as sentences have them: thousands apart, powers of ten where {@link number} has them. */
export const tickNumbers = (
  values: readonly number[],
): Pick<NonNullable<Layout['xaxis']>, 'exponentformat' | 'separatethousands' | 'minexponent'> => {
  const { low, high } = extent(values.map(Math.abs));
  return {
    exponentformat: 'power',
    separatethousands: true,
    // A power of ten is written where the largest tick's exponent is beyond this, on either side.
    minexponent: high >= low && high >= 1 ? Math.log10(LARGE) - 1 : -Math.log10(SMALL),
  };
};

/** `values` must be inside the range. */
export function axisLayout(
  axis: Axis,
  theme: ChartTheme,
  values: readonly number[] = [],
): NonNullable<Layout['xaxis']> {
  return {
    title: {
      text: plainText(axis.title),
      standoff: 8,
      font: { color: theme.muted, size: theme.fontSize - 1 },
    },
    type: axis.scale,
    ...tickNumbers(values),
    ...(axis.range
      ? { range: [onAxis(axis, axis.range[0]), onAxis(axis, axis.range[1])] as [number, number] }
      : {}),
    ...(axis.format === 'percent' && axis.scale === 'linear' ? { tickformat: '~%' } : {}),
    ...(axis.format === 'integer' && axis.scale === 'linear' ? countTicks(values) : {}),
    ...(axis.scale === 'log'
      ? axis.steps
        ? namedTicks(axis, values, integer)
        : logTicks(axis, values)
      : {}),
    // Slanted tick labels would overlap the title.
    ...(axis.steps ? { tickangle: 0, automargin: true } : {}),
    gridcolor: theme.grid,
    linecolor: theme.grid,
    zerolinecolor: theme.grid,
    zerolinewidth: 1,
    tickfont: { color: theme.muted, size: theme.fontSize - 2 },
    ticks: '',
  };
}

export const frame = (theme: ChartTheme): Partial<Layout> => ({
  autosize: true,
  showlegend: false,
  paper_bgcolor: theme.background,
  plot_bgcolor: theme.background,
  margin: { l: 8, r: 14, t: 22, b: 44 },
  font: { family: theme.font, size: theme.fontSize - 1, color: theme.foreground },
  separators: separators(),
  hoverlabel: {
    bgcolor: theme.hoverBackground,
    bordercolor: theme.hoverBorder,
    align: 'left',
    font: { family: theme.font, size: theme.fontSize - 1, color: theme.foreground },
  },
  uirevision: 'keep',
});
