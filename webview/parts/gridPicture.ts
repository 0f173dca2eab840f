import type { ChartTheme } from '../theme/chartTheme.js';
import { mix, parseColour } from '../theme/colour.js';
import { extent } from '../charts/extent.js';

/** Numbers in rows and columns, each with its texts. */
export interface Grid {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly columnTitle: string;
  /** The meaning of the colour. */
  readonly value: string;
  readonly cells: readonly (readonly (GridCell | undefined)[])[];
  /** Values are ratios: 1 is pale, and each side has its own colour that deepens with the logarithm. */
  readonly isRatio?: true;
}

export interface GridCell {
  /** Undefined for a missing number: the cell is drawn empty. */
  readonly value?: number;
  /** In the cell, if there is room, and a second line. */
  readonly text: string;
  readonly detail?: string;
  /** The full text, as tooltip and for screen readers. */
  readonly says: string;
}

/** Transposed: with fewer columns than rows, cells become wide enough for their numbers. */
export const transposed = (grid: Grid, columnTitle: string): Grid => ({
  ...grid,
  rows: grid.columns.map((column) => `${grid.columnTitle} ${column}`),
  columns: grid.rows,
  columnTitle,
  cells: grid.columns.map((_, column) => grid.cells.map((row) => row[column])),
});

export interface GridShape {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Position of the colour scale, and of the value's name: from the left, and from the scale's top. */
  readonly barTop: number;
  readonly nameAt: { readonly x: number; readonly y: number };
}

const smallestCell = 9;
const letterWidth = 0.58;
/** Width of a letter in a narrow cell, whose font is smaller. */
const fontShare = 0.46;
/** Cell widths for one line of four digits, and for two lines. */
const oneLine = 34;
const twoLines = 78;
const barHeight = 34;
/** Width of the colour scale before the value's name. */
const scaleWidth = 154;

/** The grid's measures in a place of some width: it is wider where the cells would be too narrow to be seen. */
export function gridShape(grid: Grid, room: number, fontSize: number): GridShape {
  const { columns, columnTitle, cells, value } = grid;
  const rows = rowNames(grid, room);
  // The title of the columns stands above the names of the rows.
  const longest = Math.max(columnTitle.length, ...rows.map((row) => row.length));
  const left = Math.ceil(Math.min(26, longest) * fontSize * letterWidth) + 12;
  const top = Math.round(fontSize * 1.6);
  const cellWidth = Math.max(smallestCell, Math.min(140, (room - left - 4) / Math.max(1, columns.length)));
  const hasDetail = cells.some((row) => row.some((cell) => cell?.detail !== undefined));
  const cellHeight = cellWidth >= twoLines && hasDetail ? 40 : 24;
  // The name of the last column may be wider than its cell.
  const names = columnNames(grid, { cellWidth }, fontSize);
  const ends = namedColumns(grid, { cellWidth }, fontSize).map(
    (at) => (at + 0.5) * cellWidth + (names[at]!.length * letterWidth * fontSize) / 2,
  );
  const cellsWidth = Math.max(cellWidth * columns.length, ...ends);
  const nameWidth = value.length * letterWidth * fontSize;
  // Beside the colour scale, or below it if there is no room.
  const isBelow = left + scaleWidth + nameWidth > Math.max(room, left + cellsWidth);
  const nameAt = isBelow ? { x: left, y: 36 } : { x: left + scaleWidth, y: 8 };
  return {
    ...{ left, top, cellWidth, cellHeight, nameAt },
    width: Math.ceil(Math.max(left + cellsWidth, isBelow ? 0 : nameAt.x + nameWidth) + 4),
    height: top + cellHeight * rows.length + barHeight + (isBelow ? 16 : 0),
    barTop: top + cellHeight * rows.length + barHeight - 22,
  };
}

export interface DrawnCell {
  readonly row: number;
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly fill: string;
  readonly ink: string;
  readonly lines: readonly string[];
  readonly cell: GridCell;
}

/** Cells with their colours: pale for the lowest value (for ratios: 1), strong for the highest. */
export function drawnCells(grid: Grid, shape: GridShape, theme: ChartTheme): DrawnCell[] {
  const colourOf = colourScale(grid, theme).colour;
  const { left, top, cellWidth, cellHeight } = shape;
  return grid.cells.flatMap((cells, row) =>
    cells.flatMap((cell, column) => {
      if (cell === undefined) return [];
      const fill = cell.value === undefined ? theme.background : colourOf(cell.value);
      const lines =
        cellWidth >= twoLines && cell.detail !== undefined
          ? [cell.text, cell.detail]
          : cellWidth >= oneLine
            ? [cell.text].filter((text) => text.length * fontShare * theme.fontSize < cellWidth)
            : [];
      return [
        {
          ...{ row, column, fill, lines, cell },
          x: left + column * cellWidth,
          y: top + row * cellHeight,
          ink: inkOn(fill, theme),
        },
      ];
    }),
  );
}

export interface ColourScale {
  /** The values at the two ends of the colour bar; equal if all values are. */
  readonly low: number;
  readonly high: number;
  readonly colour: (value: number) => string;
  /** The value at a share (0 … 1) of the bar. */
  readonly at: (share: number) => number;
}

/** Colours of the values of a grid. */
export function colourScale({ cells, isRatio }: Grid, theme: ChartTheme): ColourScale {
  const values = cells.flatMap((row) =>
    row.flatMap((cell) => (cell?.value === undefined ? [] : [cell.value])),
  );
  const { low, high } = extent(values);
  const [below, above] = [theme.inks[0] ?? theme.foreground, theme.inks[1] ?? theme.foreground];
  const shade = (ink: string, share: number): string =>
    mix(theme.background, ink, 0.06 + 0.94 * Math.max(0, Math.min(1, share)));
  if (!isRatio || low <= 0) {
    const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
    return {
      low,
      high,
      colour: (value) => shade(below, share(value)),
      at: (part) => low + part * (high - low),
    };
  }
  const reach = Math.max(...values.map((value) => Math.abs(Math.log(value))), Number.EPSILON);
  return {
    low: Math.exp(-reach),
    high: Math.exp(reach),
    colour: (value) => shade(value < 1 ? below : above, Math.abs(Math.log(value)) / reach),
    at: (part) => Math.exp((2 * part - 1) * reach),
  };
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const parts = parseColour(colour);
  if (!parts) return 0.5;
  const [r, g, b] = parts.slice(0, 3).map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** Black or white on a fill, whichever has more contrast. */
function inkOn(fill: string, theme: ChartTheme): string {
  const level = luminance(fill);
  const against = (other: number): number =>
    (Math.max(level, other) + 0.05) / (Math.min(level, other) + 0.05);
  if (against(luminance(theme.foreground)) >= 4.5) return theme.foreground;
  return against(1) > against(0) ? '#ffffff' : '#000000';
}

const longestOf = (names: readonly string[]): number => Math.max(1, ...names.map((name) => name.length));

const shortKind = (name: string): string => name.replace(/\S+ \((.+)\)$/, '$1');

/** Narrower places have more need of cells than of long names. */
const narrow = 560;
/** Names of rows: `up_proj (FF1)`, in a narrow place FF1. */
export const rowNames = ({ rows }: Grid, room: number): readonly string[] =>
  room < narrow ? rows.map(shortKind) : rows;

/** `up_proj (FF1)` where there is room for all names, else FF1. */
export function columnNames(
  { columns }: Grid,
  { cellWidth }: Pick<GridShape, 'cellWidth'>,
  fontSize: number,
): readonly string[] {
  const fits = cellWidth > (longestOf(columns) + 1) * fontSize * letterWidth;
  return fits ? columns : columns.map(shortKind);
}

/** Columns that bear their name: all, or so few that the names do not meet. */
export function namedColumns(
  grid: Grid,
  { cellWidth }: Pick<GridShape, 'cellWidth'>,
  fontSize: number,
): number[] {
  const columns = columnNames(grid, { cellWidth }, fontSize);
  const longest = longestOf(columns);
  const every = [1, 2, 4, 8, 16, 32, 64].find(
    (step) => step * cellWidth > (longest + 1) * fontSize * letterWidth,
  );
  return columns.map((_, index) => index).filter((index) => index % (every ?? 128) === 0);
}
