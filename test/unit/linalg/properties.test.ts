import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gemm } from '../../../extension/engine/linalg/gemm.js';
import { GramAccumulator } from '../../../extension/engine/linalg/gram.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { transpose } from '../../../extension/engine/linalg/matrix.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';
import { randomOrthogonal } from './checks.js';

const matrix: fc.Arbitrary<Matrix> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }))
  .chain(([rows, columns]) =>
    fc
      .array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((data) => ({ rows, columns, data: Float64Array.from(data) })),
  );

const valuesOf = async (a: Matrix): Promise<number[]> => [...(await singularValues(a)).values];

const close = (found: readonly number[], wanted: readonly number[], scale: number): void => {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(1e-12 * scale);
  });
};

const settings = { numRuns: 60, seed: 4 };

describe('singular values of any matrix', () => {
  it('do not change under orthogonal factors', () =>
    fc.assert(
      fc.asyncProperty(matrix, fc.integer({ min: 1, max: 1000 }), async (a, seed) => {
        const before = await valuesOf(a);
        const turned = await gemm(
          await gemm(randomOrthogonal(a.rows, seed), a),
          randomOrthogonal(a.columns, seed + 1),
        );
        close(await valuesOf(turned), before, before[0]!);
      }),
      settings,
    ));

  it('are those of the transpose', () =>
    fc.assert(
      fc.asyncProperty(matrix, async (a) => {
        const values = await valuesOf(a);
        close(await valuesOf(transpose(a)), values, values[0]!);
      }),
      settings,
    ));

  it('interlace when a row is taken away: σᵢ(A) ≥ σᵢ(A′) ≥ σᵢ₊₁(A)', () =>
    fc.assert(
      fc.asyncProperty(matrix, async (a) => {
        fc.pre(a.rows > 1);
        const whole = await valuesOf(a);
        const less = await valuesOf({ ...a, rows: a.rows - 1, data: a.data.slice(a.columns) });
        const slack = 1e-12 * whole[0]!;
        less.forEach((value, i) => {
          expect(value).toBeLessThanOrEqual(whole[i]! + slack);
          expect(value).toBeGreaterThanOrEqual((whole[i + 1] ?? 0) - slack);
        });
      }),
      settings,
    ));

  it('move by no more than the norm of a change (Weyl)', () =>
    fc.assert(
      fc.asyncProperty(matrix, fc.double({ min: 1e-9, max: 10, noNaN: true }), async (a, size) => {
        const change = a.data.map((_, at) => size * Math.sin(at + 1));
        const norm = (await valuesOf({ ...a, data: change }))[0]!;
        const before = await valuesOf(a);
        const after = await valuesOf({ ...a, data: a.data.map((x, at) => x + change[at]!) });
        after.forEach((value, i) => {
          expect(Math.abs(value - before[i]!)).toBeLessThanOrEqual(norm + 1e-12 * (before[0]! + norm));
        });
      }),
      settings,
    ));

  it('scale with the matrix, also to the ends of float64', () =>
    fc.assert(
      fc.asyncProperty(matrix, fc.integer({ min: -900, max: 1000 }), async (a, exponent) => {
        // Powers of two: the scaled matrix is exact unless it leaves the normal range, which this keeps it in.
        const data = a.data.map((x) => Math.fround(x)).map((x) => (Math.abs(x) < 1e-30 ? 0 : x));
        const factor = 2 ** exponent;
        const values = await valuesOf({ ...a, data });
        fc.pre(Number.isFinite(values[0]! * factor));
        const scaledValues = await valuesOf({ ...a, data: data.map((x) => x * factor) });
        scaledValues.forEach((value, i) => {
          expect(Number.isFinite(value)).toBe(true);
          expect(Math.abs(value / factor - values[i]!)).toBeLessThanOrEqual(1e-12 * values[0]!);
        });
      }),
      settings,
    ));

  it('squares add up to the squared Frobenius norm', () =>
    fc.assert(
      fc.asyncProperty(matrix, async (a) => {
        const values = await valuesOf(a);
        const length = Math.hypot(...a.data);
        expect(Math.abs(Math.hypot(...values) - length)).toBeLessThanOrEqual(1e-12 * length);
      }),
      settings,
    ));
});

describe('Gram matrices in pieces', () => {
  it('are X·Xᵀ, however the columns are cut', () =>
    fc.assert(
      fc.asyncProperty(
        matrix,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (x, cut, pieceLength) => {
          const gram = new GramAccumulator(x.rows, pieceLength);
          const row = (i: number): Float64Array => x.data.subarray(i * x.columns, (i + 1) * x.columns);
          for (let from = 0; from < x.columns; from += cut) {
            const to = Math.min(from + cut, x.columns);
            await gram.add(Array.from({ length: x.rows }, (_, i) => row(i).slice(from, to)));
          }
          const found = gram.result();
          const wanted = await gemm(x, transpose(x));
          const scale = Math.max(...wanted.data.map(Math.abs));
          close([...found.data], [...wanted.data], scale);
          expect([...transpose(found).data]).toEqual([...found.data]);
        },
      ),
      settings,
    ));
});
