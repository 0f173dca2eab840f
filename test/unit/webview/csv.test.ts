import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../webview/charts/csv.js';

/** A reader of RFC 4180, written for the test. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character === '"' && text[at + 1] === '"') {
        field += '"';
        at++;
      } else if (character === '"') quoted = false;
      else field += character;
    } else if (character === '"') quoted = true;
    else if (character === ',') {
      row.push(field);
      field = '';
    } else if (text.startsWith('\r\n', at)) {
      rows.push([...row, field]);
      row = [];
      field = '';
      at++;
    } else field += character;
  }
  return rows;
}

describe('CSV export', () => {
  it('gives back every number exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const [, ...rows] = readCsv(toCsv({ headings: ['x'], rows: values.map((value) => [value]) }, []));
          expect(rows.map(([cell]) => Number(cell))).toEqual(values.map((value) => value + 0));
        },
      ),
    );
  });

  it('gives back names with commas, quotes and line breaks', () => {
    const name = 'a,"b"\r\nc';
    expect(readCsv(toCsv({ headings: ['name'], rows: [[name, undefined, 1]] }, []))[1]).toEqual([
      name,
      '',
      '1',
    ]);
  });

  it.each(['=HYPERLINK("x")', '+1', '-1+2', '@cmd'])('does not let a spreadsheet run the name %s', (name) => {
    expect(readCsv(toCsv({ headings: ['name'], rows: [[name]] }, []))[1]).toEqual([`'${name}`]);
  });

  it('keeps provenance on comment lines of its own', () => {
    const lines = toCsv({ headings: ['x'], rows: [[1]] }, ['source: /a\nb', 'seed 1']).split('\r\n');
    expect(lines.slice(0, 3)).toEqual(['# source: /a b', '# seed 1', 'x']);
  });
});
