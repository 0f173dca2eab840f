import { describe, expect, it } from 'vitest';
import { factoredSpectrum } from '../../../extension/engine/linalg/factoredSpectrum.js';
import { gemm } from '../../../extension/engine/linalg/gemm.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';

/** Entries without a pattern, the same on every machine. */
const matrix = (rows: number, columns: number, seed: number): Matrix => ({
  rows,
  columns,
  data: Float64Array.from({ length: rows * columns }, (_, i) => {
    const x = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return x - Math.floor(x) - 0.5;
  }),
});

describe('singular values of a product of factors', () => {
  it.each([
    [60, 4, 40],
    [40, 16, 200],
    [5, 8, 30],
    [30, 8, 5],
    [3, 1, 3],
  ])('%i × %i times its %i columns are those of the product', async (rows, rank, columns) => {
    const [left, right] = [matrix(rows, rank, 1), matrix(rank, columns, 2)];
    const own = await factoredSpectrum(left, right);
    const whole = await singularValues(await gemm(left, right));
    expect(own.values).toHaveLength(Math.min(rows, columns));
    for (const [i, value] of whole.values.entries())
      expect(Math.abs(own.values[i]! - value)).toBeLessThan(1e-13 * whole.values[0]!);
    for (const value of own.values.subarray(rank)) expect(value).toBe(0);
  });

  it('are products of the norms where the factors’ columns and rows are orthogonal', async () => {
    // Column k of the left factor has its norm in row k alone, row k of the right one in column 2k.
    const [rows, columns, norms] = [5000, 9000, [8, 4, 2, 0.5]];
    const left = { rows, columns: 4, data: new Float64Array(rows * 4) };
    const right = { rows: 4, columns, data: new Float64Array(4 * columns) };
    norms.forEach((norm, k) => {
      left.data[k * 4 + k] = norm;
      right.data[k * columns + 2 * k] = -3;
    });
    const { values } = await factoredSpectrum(left, right);
    norms.forEach((norm, k) => expect(values[k]! / (3 * norm)).toBeCloseTo(1, 14));
  });
});
