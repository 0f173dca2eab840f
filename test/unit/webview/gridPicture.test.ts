import { expect, it } from 'vitest';
import {
  columnNames,
  gridShape,
  namedColumns,
  rowNames,
  type Grid,
} from '../../../webview/parts/gridPicture.js';

const fontSize = 12;
/** Wider than any letter of the fonts is on average. */
const letter = 0.58 * fontSize;

const gridOf = (rows: readonly string[], columns: readonly string[]): Grid => ({
  ...{ rows, columns, columnTitle: 'layer', value: 'rank' },
  cells: rows.map(() => columns.map(() => ({ value: 1, text: '1', says: '' }))),
});

it('a grid whose rows have short names has room for the title of its columns', () => {
  const { left } = gridShape(gridOf(['O'], ['0']), 600, fontSize);
  expect(left - 8).toBeGreaterThanOrEqual('layer'.length * letter);
});

it('a grid ends after the name of its last column', () => {
  const names = ['Q', 'O', 'mlp.experts.gate_up_proj[0]', 'x', 'mlp.experts.gate_up_proj[2]'];
  const grid = gridOf(['0', '1'], names);
  const shape = gridShape(grid, 500, fontSize);
  const last = namedColumns(grid, shape, fontSize).at(-1)!;
  expect(last).toBe(4);
  const end = shape.left + (last + 0.5) * shape.cellWidth + (names[last]!.length * letter) / 2;
  expect(shape.width).toBeGreaterThanOrEqual(end);
});

it('a column has its short name where the own one of some does not fit', () => {
  const grid = gridOf(['layer 0'], ['Q', 'out_proj (O)', 'linear1 (FF1)']);
  expect(columnNames(grid, { cellWidth: 140 }, fontSize)).toEqual(grid.columns);
  expect(columnNames(grid, { cellWidth: 60 }, fontSize)).toEqual(['Q', 'O', 'FF1']);
  expect(namedColumns(grid, { cellWidth: 60 }, fontSize)).toEqual([0, 1, 2]);
});

it('rows have their short names in a narrow place, which leaves it to the cells', () => {
  const grid = gridOf(['q_proj (Q)', 'gate_proj (gate)'], ['0', '1']);
  expect(rowNames(grid, 400)).toEqual(['Q', 'gate']);
  expect(gridShape(grid, 400, fontSize).left).toBeLessThan(gridShape(grid, 900, fontSize).left);
});
