import { describe, expect, it } from 'vitest';
import type { SpectrumEntry, TensorEntry } from '../../../extension/contract/report.js';
import {
  canFold,
  heatFigure,
  heatLines,
  isFoldedAtFirst,
  type HeatRow,
} from '../../../webview/pages/spectra/heatMap.js';

const row = (layer: number | undefined, kind: string, stableRank: number): HeatRow => {
  const name = layer === undefined ? kind : `layers.${layer}.${kind}`;
  const tensor: TensorEntry = {
    ...{ name, shape: [4, 4], dtype: 'float32', matrix: { rows: 4, columns: 4 } },
    ...(layer === undefined ? {} : { place: { stack: 'layers', layer, kind } }),
  };
  const entries = [
    { step: 0, stableRank },
    { step: 10, stableRank: 2 * stableRank },
  ] as SpectrumEntry[];
  return { matrix: { key: name, label: name, tensor, rows: 4, columns: 4, fused: false }, entries };
};
const rows = [
  row(undefined, 'embed', 7),
  ...[0, 1, 2].flatMap((layer) => ['Q', 'K', 'V'].map((kind, i) => row(layer, kind, 10 * layer + i + 1))),
];

describe('rows of the heat map', () => {
  it('fold into one for each layer, with the median of its matrices', () => {
    expect(canFold(rows)).toBe(true);
    const figure = heatFigure(heatLines(rows, true, new Set()), 'stableRank', undefined)!;
    expect(figure.rows.length).toBe(4);
    expect(figure.values).toEqual([
      [7, 14],
      [2, 4],
      [12, 24],
      [22, 44],
    ]);
  });

  it('stand in the order of their layers, whatever that of the file', () => {
    const shuffled = [10, 2, 1].flatMap((layer) => ['Q', 'K'].map((kind) => row(layer, kind, layer)));
    expect(heatLines(shuffled, true, new Set()).map(({ layer }) => layer)).toEqual([
      'layers 1',
      'layers 2',
      'layers 10',
    ]);
  });

  it('open where one is pressed, and the others stay folded', () => {
    const lines = heatLines(rows, true, new Set(['layers 1']));
    expect(lines.map(({ members }) => members.length)).toEqual([1, 3, 1, 1, 1, 3]);
    expect(lines.filter(({ layer }) => layer !== undefined).map(({ layer }) => layer)).toEqual([
      'layers 0',
      'layers 2',
    ]);
  });

  it('stay as they are where there is nothing to fold, or few', () => {
    expect(canFold(rows.slice(0, 4))).toBe(false);
    expect(isFoldedAtFirst(rows)).toBe(false);
    const many = Array.from({ length: 9 }, (_, layer) => ['Q', 'K', 'V'].map((kind) => row(layer, kind, 1)));
    expect(isFoldedAtFirst(many.flat())).toBe(true);
  });
});
