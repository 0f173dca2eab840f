import type { Table } from './table.js';

/**
 * A table as CSV (RFC 4180) with comment lines on the provenance. Numbers keep full precision. A text that a
 * spreadsheet would run as a formula (names come from files) is prefixed with an apostrophe.
 */
export function toCsv(table: Table, provenance: readonly string[]): string {
  const lines = [
    ...provenance.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}`),
    table.headings.map(field).join(','),
    ...table.rows.map((row) => row.map(field).join(',')),
  ];
  return lines.join('\r\n') + '\r\n';
}

function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
