/**
 * The content of a chart without its rendering: no colours, no pixels, no chart library. The drawing, the
 * legend, the table of numbers and the CSV file are derived from one figure.
 */
export type Scale = 'log' | 'linear';
export type Dash = 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash';
export type MarkerSymbol = 'none' | 'circle' | 'square' | 'diamond' | 'triangle-up' | 'cross' | 'x';

/** `ink` is an index into the theme's chart colours; nulls and references are muted. */
export interface Look {
  readonly ink: number | 'muted' | 'foreground';
  readonly dash: Dash;
  readonly symbol: MarkerSymbol;
  readonly line: boolean;
  /** The marker is a ring, so that what lies below stays visible. */
  readonly open?: true;
}

export interface Axis {
  readonly title: string;
  readonly scale: Scale;
  readonly format: 'number' | 'percent' | 'integer';
  readonly range?: readonly [number, number];
  /** The axis counts training steps: its scale is one choice for all charts. */
  readonly steps?: true;
  /** Position of zero on a logarithmic axis. */
  readonly zeroAt?: number;
}

/** Shades from muted to full ink along an axis, explained by a colour bar. */
export interface Shades {
  /** With its range. */
  readonly axis: Axis & { readonly range: readonly [number, number] };
  readonly ink: number;
}

export interface Curve {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly look: Look;
  /** Additional lines of each point's hover label. */
  readonly notes?: readonly string[];
  /** Value on the axis of the figure's shades, per point or for the whole curve. */
  readonly shade?: readonly number[] | number;
  /** Training step of each point, if the x axis does not give it. */
  readonly steps?: readonly number[];
}

/** An interval drawn behind the curves. */
export interface Band {
  readonly name: string;
  readonly x: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly ink: number | 'muted';
}

/** A reference value across the whole chart. */
export interface Mark {
  readonly across: 'x' | 'y';
  readonly at: number;
  /** Empty for a line without a name. */
  readonly label: string;
  readonly look: Look;
  /** Side of a level's name, or the side towards which an upright line's name ends. */
  readonly side?: 'left' | 'right';
  /** A level's name stands below its line. */
  readonly below?: true;
  /** A level's name stands in the legend: curves run along both ends of its line. */
  readonly inLegend?: true;
  /** The one mark that the user can move. */
  readonly draggable?: true;
}

/** A name beside a point, on the side away from the middle of the curves. */
export interface PointLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface LineFigure {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  readonly bands?: readonly Band[];
  readonly marks?: readonly Mark[];
  readonly labels?: readonly PointLabel[];
  readonly shades?: Shades;
}

export interface HeatFigure {
  readonly kind: 'heat';
  readonly x: Axis;
  readonly value: string;
  readonly columns: readonly number[];
  readonly rows: readonly string[];
  /** Minimum height of a row in pixels: the chart grows with its rows. */
  readonly rowHeight?: number;
  /** One row per name; undefined for a missing number. */
  readonly values: readonly (readonly (number | undefined)[])[];
  /** Ends of the colour scale; default: minimum and maximum. */
  readonly range?: readonly [number, number];
  /** Text of a cell, and additional lines of its hover label. */
  readonly texts?: readonly (readonly string[])[];
  readonly notes?: readonly (readonly (readonly string[])[])[];
  readonly marks?: readonly Mark[];
}

export interface SpaceCurve {
  readonly name: string;
  readonly points: readonly (readonly [number, number, number])[];
  readonly look: Look;
  readonly notes: readonly string[];
  readonly shade?: readonly number[];
  readonly steps?: readonly number[];
}

export interface SpaceFigure {
  readonly kind: 'space';
  readonly axes: readonly [string, string, string];
  readonly curves: readonly SpaceCurve[];
  readonly shades?: Shades;
}

/** One of several small charts. */
export interface Panel {
  readonly row: number;
  readonly column: number;
  readonly curves: readonly Curve[];
  readonly marks?: readonly Mark[];
  /** Text in place of missing curves. */
  readonly note?: string;
}

/** Small multiples: charts in rows and columns that share both axes. */
export interface PanelsFigure {
  readonly kind: 'panels';
  readonly x: Axis;
  readonly y: Axis;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly panels: readonly Panel[];
}

export type Figure = LineFigure | HeatFigure | SpaceFigure | PanelsFigure;

/** Anything with a look that a legend can name. */
export interface LegendEntry {
  readonly name: string;
  readonly look: Look;
  readonly band?: true;
  /** Its points are shaded; the line between them is thin and muted. */
  readonly shaded?: true;
}

export function legendOf(figure: Figure): LegendEntry[] {
  if (figure.kind === 'heat') return [];
  if (figure.kind === 'panels') {
    const curves = figure.panels.flatMap((panel) => panel.curves);
    return [...new Map(curves.map(({ name, look }) => [name, { name, look }])).values()];
  }
  const bands = figure.kind === 'lines' ? (figure.bands ?? []) : [];
  const levels = figure.kind === 'lines' ? (figure.marks ?? []).filter(({ inLegend }) => inLegend) : [];
  const curves: readonly (Curve | SpaceCurve)[] = figure.curves;
  return [
    ...curves.flatMap(({ name, look, shade }) => {
      // The colour bar explains curves with one shade each: there may be hundreds.
      if (figure.shades && typeof shade === 'number') return [];
      return [{ name, look, ...(shade === undefined ? {} : { shaded: true as const }) }];
    }),
    ...bands.map(({ name, ink }) => ({
      name,
      look: { ink, dash: 'solid' as const, symbol: 'none' as const, line: false },
      band: true as const,
    })),
    ...levels.map(({ label, look }) => ({ name: label, look })),
  ];
}

/** The figure without the curves that the user switched off in the legend. */
export function without(figure: Figure, hidden: ReadonlySet<string>): Figure {
  if (hidden.size === 0 || figure.kind === 'heat') return figure;
  const shown = (entry: { readonly name: string }): boolean => !hidden.has(entry.name);
  if (figure.kind === 'panels') {
    const panels = figure.panels.map((panel) => ({ ...panel, curves: panel.curves.filter(shown) }));
    return { ...figure, panels };
  }
  return figure.kind === 'space'
    ? { ...figure, curves: figure.curves.filter(shown) }
    : {
        ...figure,
        curves: figure.curves.filter(shown),
        bands: (figure.bands ?? []).filter(shown),
        marks: (figure.marks ?? []).filter(({ inLegend, label }) => !inLegend || shown({ name: label })),
      };
}
