/** Headings over rows of texts and numbers; missing numbers are undefined. */
export interface MarkdownTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** Significant digits for a document; the CSV file has all digits. */
const digits = 6;

/** A table in GitHub's Markdown: numbers aligned right, special characters escaped. */
export function toMarkdown({ headings, rows }: MarkdownTable): string {
  const isNumeric = headings.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  return [
    headings.map(field),
    isNumeric.map((numeric) => (numeric ? '---:' : '---')),
    ...rows.map((row) => row.map(field)),
  ]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

const field = (value: string | number | undefined): string => {
  if (value === undefined) return '';
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(digits)));
  return value.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\`*_[\]<>|]/g, '\\$&');
};
