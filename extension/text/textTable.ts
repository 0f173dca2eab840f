import { printableName } from '../contract/printable.js';

/** A column of a printed table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * Columns padded to their widest cell, names escaped and long ones shortened, two spaces between columns, a
 * rule under the titles.
 */
export const textTable = (columns: readonly Column[], entries: readonly (readonly string[])[]): string => {
  const rows = entries.map((cells) => cells.map(printableName));
  const widths = columns.map(({ title }, i) =>
    rows.reduce((width, row) => Math.max(width, row[i]!.length), title.length),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (columns[i]!.align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map(line),
  ].join('\n');
};

/** Four significant digits, without an exponent if possible. */
export const shortNumber = (value: number | undefined): string => {
  if (value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : value.toPrecision(4);
};

/** A fraction as a percentage with one decimal. */
export const percent = (fraction: number | undefined): string =>
  fraction === undefined ? '–' : `${(100 * fraction).toFixed(1)} %`;
