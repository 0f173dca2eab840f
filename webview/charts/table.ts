import type { Figure, HeatFigure, LineFigure, PanelsFigure, SpaceFigure } from './figure.js';

/** The numbers of a chart, for screen readers and the CSV file. Missing numbers are undefined. */
export interface Table {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

const byFigure: { readonly [K in Figure['kind']]: (figure: Extract<Figure, { kind: K }>) => Table } = {
  lines: lineTable,
  heat: heatTable,
  space: spaceTable,
  panels: panelsTable,
};

export function tableOf(figure: Figure): Table {
  const make = byFigure[figure.kind] as (figure: Figure) => Table;
  return make(figure);
}

/** One row per x value, one column per curve; a band gives two columns, a horizontal mark one. */
function lineTable({ x, curves, bands = [], marks = [] }: LineFigure): Table {
  const columns = [
    ...curves.map((curve) => column(curve.name, curve.x, curve.y)),
    ...bands.flatMap((band) => [
      column(`${band.name} (low)`, band.x, band.lower),
      column(`${band.name} (high)`, band.x, band.upper),
    ]),
  ];
  const places = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  const across = marks.filter((mark) => mark.across === 'y');
  return {
    headings: [x.title, ...columns.map(({ name }) => name), ...across.map(({ label }) => label)],
    rows: places.map((place) => [
      place,
      ...columns.map(({ values }) => values.get(place)),
      ...across.map(({ at }) => at),
    ]),
  };
}

const column = (name: string, x: readonly number[], y: readonly number[]) => ({
  name,
  values: new Map(x.map((place, index) => [place, y[index]])),
});

function heatTable({ x, columns, rows, values, value }: HeatFigure): Table {
  return {
    headings: [value, ...columns.map((step) => `${x.title} ${String(step)}`)],
    rows: rows.map((name, row) => [name, ...columns.map((_, index) => values[row]?.[index])]),
  };
}

function spaceTable({ axes, curves }: SpaceFigure): Table {
  return {
    headings: ['', ...axes, ''],
    rows: curves.flatMap(({ name, points, notes }) =>
      points.map((point, index) => [name, ...point, notes[index]]),
    ),
  };
}

/** One row per panel and x value; a panel without numbers shows its note. */
function panelsTable({ x, rows, columns, panels }: PanelsFigure): Table {
  const names = [...new Set(panels.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  return {
    headings: ['', '', x.title, ...names],
    rows: panels.flatMap(({ row, column, curves, note }) => {
      const title = [rows[row], columns[column]];
      if (curves.length === 0) return [[...title, note]];
      const values = new Map(
        curves.map((curve) => [curve.name, new Map(curve.x.map((at, i) => [at, curve.y[i]]))]),
      );
      const places = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
      return places.map((at) => [...title, at, ...names.map((name) => values.get(name)?.get(at))]);
    }),
  };
}
