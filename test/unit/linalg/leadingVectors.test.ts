import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { leadingOfBidiagonal } from '../../../extension/engine/linalg/bidiagonalVectors.js';
import { withWorkspace } from '../../../extension/engine/linalg/kernels.js';
import { leadingVectorsBatch } from '../../../extension/engine/linalg/leadingVectors.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { leadingColumns } from '../../../extension/engine/linalg/matrix.js';
import { singularValues, spectraWithShuffles } from '../../../extension/engine/linalg/singularValues.js';
import { shuffledEntries } from '../../../extension/engine/linalg/shuffledEntries.js';
import { leadingSvd, svd } from '../../../extension/engine/linalg/svd.js';
import { composed, distance, orthogonalityDefect, randomMatrix, randomOrthogonal } from './checks.js';

const withValues = (values: readonly number[], seed: number): Promise<Matrix> => {
  const n = values.length;
  return composed(randomOrthogonal(n, seed), Float64Array.from(values), randomOrthogonal(n, seed + 1));
};

// One stage, tall and wide, two stages, QR first.
const shapes = [
  [1, 1],
  [3, 5],
  [40, 40],
  [128, 128],
  [250, 700],
  [300, 290],
  [700, 320],
] as const;

describe('leading vectors', () => {
  it.each(shapes)('%i × %i: are those of the full decomposition', async (rows, columns) => {
    const a = randomMatrix(rows, columns, rows + 3 * columns);
    const k = Math.min(8, rows, columns);
    const full = await svd(a);
    const leading = await leadingSvd(a, 8);
    expect([leading.u.columns, leading.v.columns, leading.values.length]).toEqual([k, k, k]);
    const best = await composed(
      leadingColumns(full.u, k),
      full.singularValues.slice(0, k),
      leadingColumns(full.v, k),
    );
    expect(distance(await composed(leading.u, leading.values, leading.v), best)).toBeLessThanOrEqual(
      1e-11 * full.singularValues[0]!,
    );
    expect(await orthogonalityDefect(leading.u)).toBeLessThanOrEqual(1e-13);
    expect(await orthogonalityDefect(leading.v)).toBeLessThanOrEqual(1e-13);
  });

  it.each([
    ['equal values', Array.from({ length: 60 }, () => 2)],
    ['a cluster', Array.from({ length: 60 }, (_, i) => (i < 5 ? 1 + i * 1e-15 : 0.5))],
    ['rank 3', Array.from({ length: 60 }, (_, i) => (i < 3 ? 3 - i : 0))],
    ['a graded spectrum', Array.from({ length: 60 }, (_, i) => 10 ** (-i / 3))],
    ['nothing', Array.from({ length: 60 }, () => 0)],
  ])('of a matrix with %s are orthonormal and have their values', async (_, values) => {
    const a = await withValues(values, 5);
    const [{ left, right }] = (await leadingVectorsBatch([a, a], 8)) as [{ left: Matrix; right: Matrix }];
    expect(await orthogonalityDefect(left)).toBeLessThanOrEqual(1e-13);
    expect(await orthogonalityDefect(right)).toBeLessThanOrEqual(1e-13);
    const rest = distance(a, await composed(left, Float64Array.from(values.slice(0, 8)), right));
    expect(Math.abs(rest - Math.hypot(...values.slice(8)))).toBeLessThanOrEqual(1e-13 * (1 + values[0]!));
  });

  it('are refused where the values given are not those of the matrix', () => {
    const d = Float64Array.of(3, 2, 1);
    const e = Float64Array.of(0.5, 0.25);
    expect(leadingOfBidiagonal(d, e, Float64Array.of(2.5, 2, 1), 1)).toBeUndefined();
  });
});

type Iteration = 'qdValues' | 'bidiagonalValues';

const bidiagonal = (iteration: Iteration, d: Float64Array, e: Float64Array) =>
  withWorkspace(3, 9 * d.length, ({ kernels, allocate }) => {
    const [diagonal, above, work] = [allocate(d.length), allocate(d.length), allocate(7 * d.length)];
    diagonal.data.set(d);
    above.data.set(e);
    const left = kernels[iteration](diagonal.address, above.address, d.length, work.address);
    return { left, values: diagonal.data.slice().map(Math.abs).sort().reverse() };
  });

describe('values of a bidiagonal matrix', () => {
  const random = seededRandom(7);
  const kinds: Readonly<Record<string, (i: number, n: number) => [number, number]>> = {
    normal: () => [random.normal(), random.normal()],
    graded: () => [10 ** (-16 * random.uniform()), 10 ** (-16 * random.uniform())],
    'with zeros': (i) => [i % 3 === 0 ? 0 : random.normal(), i % 4 === 0 ? 0 : random.normal()],
    clustered: (i) => [1, i % 5 === 0 ? 0 : 1e-3],
    'of a random matrix': (i, n) => [
      Math.sqrt(random.chiSquared(n - i)),
      Math.sqrt(random.chiSquared(Math.max(1, n - i - 1))),
    ],
  };

  it.each(Object.entries(kinds))('%s: both iterations agree', async (_, entry) => {
    for (const n of [1, 2, 3, 17, 64, 131]) {
      for (let draw = 0; draw < 8; draw++) {
        const entries = Array.from({ length: n }, (__, i) => entry(i, n));
        const d = Float64Array.from(entries, ([value]) => value);
        const e = Float64Array.from(entries, ([, value]) => value);
        const qd = await bidiagonal('qdValues', d, e);
        const qr = await bidiagonal('bidiagonalValues', d, e);
        expect([qd.left, qr.left]).toEqual([0, 0]);
        const worst = Math.max(...qd.values.map((value, i) => Math.abs(value - qr.values[i]!)));
        expect(worst).toBeLessThanOrEqual(2e-14 * qr.values[0]!);
      }
    }
  });
});

it('gives the spectra of shuffles with those of their matrix, small or large', async () => {
  for (const [rows, columns] of [
    [30, 50],
    [280, 270],
  ] as const) {
    const matrix = randomMatrix(rows, columns, 9);
    const [one] = await spectraWithShuffles([{ matrix, shuffles: [[1, 2], [3]] }]);
    const found = [one!.own, ...one!.shuffled];
    const expected = [matrix, shuffledEntries(matrix, 1, 2), shuffledEntries(matrix, 3)];
    expect(found.length).toBe(3);
    for (const [i, { values }] of found.entries()) {
      const alone = await singularValues(expected[i]!);
      const worst = Math.max(...values.map((value, j) => Math.abs(value - alone.values[j]!)));
      expect(worst).toBeLessThanOrEqual(1e-13 * alone.values[0]!);
    }
  }
});

it('gives the same leading vectors with the spectrum as alone, and the same values', async () => {
  const sizes = [
    [30, 50],
    [60, 20],
    [5, 3],
  ] as const;
  const matrices = sizes.map(([rows, columns]) => randomMatrix(rows, columns, rows));
  const together = await spectraWithShuffles(
    matrices.map((matrix) => ({ matrix, shuffles: [[1]], leading: 8 })),
  );
  const without = await spectraWithShuffles(matrices.map((matrix) => ({ matrix, shuffles: [[1]] })));
  expect(without.every(({ leading }) => leading === undefined)).toBe(true);
  expect(together.map(({ own, shuffled }) => [own, shuffled])).toEqual(
    without.map(({ own, shuffled }) => [own, shuffled]),
  );
  expect(together.map(({ leading }) => leading)).toEqual(await leadingVectorsBatch(matrices, 8));
});

it('gives no vectors with the spectrum of a matrix that is not reduced in one stage', async () => {
  const long = randomMatrix(1500, 8, 1);
  const [found] = await spectraWithShuffles([{ matrix: long, shuffles: [[1]], leading: 8 }]);
  expect(found!.leading).toBeUndefined();
  expect(found!.own.values).toEqual((await singularValues(long)).values);
});
