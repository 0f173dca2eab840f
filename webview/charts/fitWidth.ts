import type { Annotation, Layout } from 'plotly.js';
import type { Figure } from './figure.js';

/** Width of a letter relative to the font size. */
const letter = 0.58;
/** Pixels beside the plotting area: row names and a colour bar need more than tick labels. */
const beside: Readonly<Record<Figure['kind'], number>> = { lines: 70, heat: 230, space: 0, panels: 90 };
const gap = 8;
/** Width of a label such as 10,000 with the gap beside it. */
const labelRoom = 46;

const widthOf = (text: string | undefined, size: number | undefined): number =>
  letter * (text?.length ?? 0) * (size ?? 11);

/** Fits a layout into a width: colliding tick labels are left out, and long names of marks are moved. */
export function fitWidth(layout: Partial<Layout>, kind: Figure['kind'], width: number): Partial<Layout> {
  const room = width - beside[kind];
  if (width === 0 || kind === 'space') return layout;
  const { xaxis, annotations } = layout;
  return {
    ...layout,
    ...(xaxis ? { xaxis: { ...xaxis, ...ticksApart(xaxis, room) } } : {}),
    ...(annotations ? { annotations: annotations.map((one) => inPlace(one, room)) } : {}),
  };
}

/** Chooses ticks at given positions from the left, each as far from the one before as their labels need. */
function ticksApart(axis: NonNullable<Layout['xaxis']>, room: number): Partial<NonNullable<Layout['xaxis']>> {
  const { ticktext, tickfont, type } = axis;
  const tickvals = axis.tickvals as readonly number[] | undefined;
  if (tickvals === undefined && type !== 'log' && axis.dtick === undefined)
    return { nticks: Math.max(2, Math.min(axis.nticks ?? Infinity, Math.floor(room / labelRoom))) };
  if (tickvals === undefined || ticktext === undefined || tickvals.length < 2) return {};
  const names = ticktext as readonly string[];
  const places = tickvals.map((value) => (type === 'log' ? Math.log10(value) : value));
  const [first, last] = [places[0]!, places.at(-1)!];
  const at = (index: number): number => (room * (places[index]! - first)) / (last - first);
  const half = (index: number): number => widthOf(names[index], tickfont?.size) / 2;
  const kept: number[] = [];
  for (const index of places.keys()) {
    const before = kept.at(-1);
    if (before === undefined || at(index) - half(index) >= at(before) + half(before) + gap) kept.push(index);
  }
  return kept.length === places.length
    ? {}
    : { tickvals: kept.map((index) => tickvals[index]!), ticktext: kept.map((index) => names[index]!) };
}

/** A name above an upright line is centred on it; one that takes most of the width is centred in the chart. */
function inPlace(annotation: Partial<Annotation>, room: number): Partial<Annotation> {
  const { showarrow, xref, yref, text, font } = annotation;
  const isOverLine = showarrow === false && xref === 'x' && yref === 'paper';
  return isOverLine && widthOf(text, font?.size) > 0.6 * room
    ? { ...annotation, xref: 'paper', x: 0.5, xanchor: 'center' }
    : annotation;
}
