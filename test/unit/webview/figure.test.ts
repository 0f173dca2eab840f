import { inflateSync, crc32 as zlibCrc } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mix, parseColour } from '../../../webview/theme/colour.js';
import { fileStem } from '../../../webview/charts/fileStem.js';
import type { LineFigure } from '../../../webview/charts/figure.js';
import { without } from '../../../webview/charts/figure.js';
import { lineLook, nullLook } from '../../../webview/charts/looks.js';
import { crc32, withPngText } from '../../../webview/charts/pngText.js';
import { tableOf } from '../../../webview/charts/table.js';

const figure: LineFigure = {
  kind: 'lines',
  x: { title: 'step', scale: 'linear', format: 'integer' },
  y: { title: 'rank', scale: 'linear', format: 'number' },
  curves: [
    { name: 'a', x: [2, 1], y: [20, 10], look: lineLook(0) },
    { name: 'b', x: [2, 3], y: [21, 31], look: lineLook(1) },
  ],
  bands: [{ name: 'null', x: [1], lower: [5], upper: [6], ink: 'muted' }],
  marks: [{ across: 'y', at: 7, label: 'edge', look: nullLook }],
};

describe('the table of a chart', () => {
  it('has a row for each place on the axis and a column for each curve, band end and level', () => {
    expect(tableOf(figure)).toEqual({
      headings: ['step', 'a', 'b', 'null (low)', 'null (high)', 'edge'],
      rows: [
        [1, 10, undefined, 5, 6, 7],
        [2, 20, 21, undefined, undefined, 7],
        [3, undefined, 31, undefined, undefined, 7],
      ],
    });
  });

  it('loses what the legend has switched off, nothing else', () => {
    expect(tableOf(without(figure, new Set(['b']))).headings).toEqual([
      'step',
      'a',
      'null (low)',
      'null (high)',
      'edge',
    ]);
  });
});

describe('curves', () => {
  it('differ in more than colour', () => {
    const looks = [0, 1, 2, 3].map(lineLook).map(({ dash }) => dash);
    expect(new Set(looks).size).toBe(looks.length);
  });
});

describe('a PNG with provenance', () => {
  // One grey pixel, written by hand from the specification.
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
    'base64',
  );
  const chunks = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const found: { type: string; data: Buffer; crcHolds: boolean }[] = [];
    for (let at = 8; at < bytes.length;) {
      const length = view.getUint32(at);
      const body = Buffer.from(bytes.subarray(at + 4, at + 8 + length));
      found.push({
        type: body.subarray(0, 4).toString(),
        data: body.subarray(4),
        crcHolds: zlibCrc(body) === view.getUint32(at + 8 + length),
      });
      at += 12 + length;
    }
    return found;
  };

  it('is still a PNG whose every checksum holds, and says where it comes from', () => {
    const read = chunks(withPngText(png, 'Description', 'source: σ.pt'));
    expect(read.map(({ type }) => type)).toEqual(['IHDR', 'iTXt', 'IDAT', 'IEND']);
    expect(read.every(({ crcHolds }) => crcHolds)).toBe(true);
    expect(read[1]!.data.toString()).toBe('Description\0\0\0\0\0source: σ.pt');
    expect(inflateSync(read[2]!.data)).toHaveLength(2);
  });

  it('uses the checksum of zlib', () => {
    expect(crc32(png)).toBe(zlibCrc(png));
  });
});

describe('names of exported files', () => {
  it('hold nothing that a file system or a shell reads otherwise', () => {
    expect(fileStem({ source: '../../run $(x)', title: 'σ₁: a/b\\c' })).toMatch(/^[\p{L}\p{N}-]+$/u);
  });
});

describe('colours', () => {
  it('are read in the notations of themes', () => {
    expect(parseColour('#0af')).toEqual([0, 170, 255, 1]);
    expect(parseColour('#00aaff80')?.[3]).toBeCloseTo(0.502, 3);
    expect(parseColour('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3, 0.5]);
    expect(parseColour('rgb(1 2 3 / 50%)')).toEqual([1, 2, 3, 0.5]);
    expect(parseColour('CanvasText')).toBeUndefined();
  });

  it('mix from the one to the other', () => {
    expect(mix('#000000', '#ffffff', 0)).toBe('rgb(0, 0, 0)');
    expect(mix('#000000', '#ffffff', 1)).toBe('rgb(255, 255, 255)');
    expect(mix('#000000', '#ffffff80', 1)).toBe('rgb(128, 128, 128)');
  });
});
