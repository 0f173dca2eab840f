import { describe, expect, it } from 'vitest';
import { toMarkdown } from '../../../extension/contract/markdown.js';
import { nextOrder, sorted, type Order } from '../../../webview/charts/tableOrder.js';

interface Row {
  readonly name: string;
  readonly sd?: number;
}
const columns = [
  { id: 'name', value: ({ name }: Row) => name },
  { id: 'sd', value: ({ sd }: Row) => sd },
];
const rows: readonly Row[] = [
  { name: 'layers.10', sd: 2 },
  { name: 'layers.2' },
  { name: 'layers.1', sd: 3 },
  { name: 'bias', sd: 2 },
];
const names = (order: Order | null): string[] => sorted(rows, columns, order).map(({ name }) => name);

describe('the order of a table', () => {
  it('is that of the rows until somebody asks', () => {
    expect(names(null)).toEqual(rows.map(({ name }) => name));
    expect(names({ column: 'gone', direction: 'ascending' })).toEqual(rows.map(({ name }) => name));
  });

  it('counts in names: layer 2 is before layer 10', () => {
    expect(names({ column: 'name', direction: 'ascending' })).toEqual([
      'bias',
      'layers.1',
      'layers.2',
      'layers.10',
    ]);
  });

  it('has rows without a value at the end in both directions, and keeps equal ones as they came', () => {
    expect(names({ column: 'sd', direction: 'ascending' })).toEqual([
      'layers.10',
      'bias',
      'layers.1',
      'layers.2',
    ]);
    expect(names({ column: 'sd', direction: 'descending' })).toEqual([
      'layers.1',
      'layers.10',
      'bias',
      'layers.2',
    ]);
  });

  it('turns with each press of a heading, and ends with the third', () => {
    const first = nextOrder(null, 'sd', true);
    const second = nextOrder(first, 'sd', true);
    expect([first?.direction, second?.direction, nextOrder(second, 'sd', true)]).toEqual([
      'descending',
      'ascending',
      null,
    ]);
    expect(nextOrder(first, 'name', false)).toEqual({ column: 'name', direction: 'ascending' });
  });
});

describe('a table in Markdown', () => {
  it('escapes what Markdown would read in names', () => {
    const text = toMarkdown({
      headings: ['name', 'sd'],
      rows: [
        ['a|b_c*\n[x](y)<b>', 0.123456789],
        ['d', undefined],
      ],
    });
    expect(text.split('\n')).toEqual([
      '| name | sd |',
      '| --- | ---: |',
      '| a\\|b\\_c\\* \\[x\\](y)\\<b\\> | 0.123457 |',
      '| d |  |',
      '',
    ]);
  });
});
