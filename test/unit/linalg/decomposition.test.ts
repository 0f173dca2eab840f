import { SingularValueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import type { GeometryError } from '../../../extension/contract/errors.js';
import { gemm } from '../../../extension/engine/linalg/gemm.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { identity, transpose, zeros } from '../../../extension/engine/linalg/matrix.js';
import {
  singularValues,
  singularValuesBatch,
  spectraWithShuffles,
} from '../../../extension/engine/linalg/singularValues.js';
import { shuffledEntries, type Seeds } from '../../../extension/engine/linalg/shuffledEntries.js';
import { svd } from '../../../extension/engine/linalg/svd.js';
import { symmetricEigen } from '../../../extension/engine/linalg/symmetricEigen.js';
import { composed, distance, orthogonalityDefect, randomMatrix, randomOrthogonal } from './checks.js';

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => `${(error as GeometryError).code}: ${(error as GeometryError).message}`,
  );

/** Q·diag(values)·Wᵀ with random orthogonal Q, W: its singular values are known. */
const withValues = async (values: readonly number[], seed: number): Promise<Matrix> => {
  const n = values.length;
  return composed(randomOrthogonal(n, seed), Float64Array.from(values), randomOrthogonal(n, seed + 1));
};

const largestError = (found: Float64Array, truth: readonly number[]): number =>
  Math.max(...truth.map((value, i) => Math.abs(found[i]! - value)));

// One stage, QR first, both block widths' edges, two stages, tall, wide.
const shapes = [
  [1, 1],
  [2, 5],
  [31, 33],
  [64, 64],
  [200, 256],
  [257, 257],
  [288, 288],
  [300, 290],
  [320, 319],
  [700, 40],
  [60, 1500],
  [600, 300],
] as const;

describe('decompositions', () => {
  it.each(shapes)('%i × %i: factors are orthogonal and give the matrix back', async (rows, columns) => {
    const a = randomMatrix(rows, columns, rows + 7 * columns);
    const { u, v, singularValues: values } = await svd(a);
    expect([u.rows, u.columns, v.rows, v.columns]).toEqual([rows, values.length, columns, values.length]);
    expect(await orthogonalityDefect(u)).toBeLessThanOrEqual(1e-12);
    expect(await orthogonalityDefect(v)).toBeLessThanOrEqual(1e-12);
    expect(distance(a, await composed(u, values, v))).toBeLessThanOrEqual(
      1e-12 * values[0]! * Math.sqrt(values.length),
    );
    const alone = await singularValues(a);
    expect(largestError(alone.values, [...values])).toBeLessThanOrEqual(1e-12 * values[0]!);
  });

  it('have the same bits one after another and at the same time', async () => {
    const matrices = [70, 150, 300, 200].map((n, i) => randomMatrix(n, n, i));
    const alone: Float64Array[] = [];
    for (const matrix of matrices) alone.push((await svd(matrix)).u.data);
    const together = await Promise.all(matrices.map((matrix) => svd(matrix)));
    together.forEach(({ u }, i) => expect(u.data).toEqual(alone[i]));
  });

  it.each([
    ['clustered', Array.from({ length: 300 }, (_, i) => (i < 150 ? 1 : 0.5))],
    ['graded', Array.from({ length: 300 }, (_, i) => 10 ** (-i / 20))],
    ['of rank 7', Array.from({ length: 300 }, (_, i) => (i < 7 ? 7 - i : 0))],
    ['nearly equal', Array.from({ length: 120 }, (_, i) => 1 - i * 1e-15)],
  ])('a spectrum that is %s', async (_, truth) => {
    const a = await withValues(truth, 11);
    const { u, v, singularValues: values } = await svd(a);
    expect(largestError(values, truth)).toBeLessThanOrEqual(1e-12 * truth[0]!);
    expect(await orthogonalityDefect(u)).toBeLessThanOrEqual(1e-12);
    expect(await orthogonalityDefect(v)).toBeLessThanOrEqual(1e-12);
    expect(largestError((await singularValues(a)).values, truth)).toBeLessThanOrEqual(1e-12 * truth[0]!);
  });

  it('matrices that need no work: zero, diagonal, identity', async () => {
    for (const n of [20, 290]) {
      const zero = await svd(zeros(n, n));
      expect(zero.singularValues.every((value) => value === 0)).toBe(true);
      expect(await orthogonalityDefect(zero.u)).toBeLessThanOrEqual(1e-12);
      expect([...(await svd(identity(n))).singularValues].every((x) => Math.abs(x - 1) < 1e-14)).toBe(true);
      const diagonal = { ...identity(n), data: identity(n).data.map((x, at) => x * (at % n)) };
      const { values } = await singularValues(diagonal);
      expect(
        largestError(
          values,
          Array.from({ length: n }, (_, i) => n - 1 - i),
        ),
      ).toBeLessThan(1e-12 * n);
    }
  });

  it.each([
    ['of ones', () => 1],
    ['with rows down to 1e-285', (row: number, column: number) => 10 ** -row * Math.sin(row + column ** 2)],
    ['with rows up from 1e-285', (row: number, column: number) => 10 ** (row - 285) * Math.cos(row * column)],
    ['of powers of two far apart', (row: number, column: number) => (row === column ? 2 ** (-37 * row) : 0)],
  ])('a matrix %s', async (_, element) => {
    for (const [rows, columns] of [
      [49, 44],
      [286, 270],
    ] as const) {
      const a = zeros(rows, columns);
      a.data.forEach((_zero, at) => {
        a.data[at] = element(Math.floor(at / columns), at % columns);
      });
      const { u, v, singularValues: values } = await svd(a);
      expect(await orthogonalityDefect(u)).toBeLessThanOrEqual(1e-12);
      expect(await orthogonalityDefect(v)).toBeLessThanOrEqual(1e-12);
      const unit = { ...a, data: a.data.map((x) => x / values[0]!) };
      const again = await composed(
        u,
        values.map((x) => x / values[0]!),
        v,
      );
      expect(distance(unit, again)).toBeLessThanOrEqual(1e-12);
      expect(largestError((await singularValues(a)).values, [...values])).toBeLessThanOrEqual(
        1e-12 * values[0]!,
      );
    }
  });

  it('agrees with ml-matrix', async () => {
    const a = randomMatrix(150, 90, 3);
    const oracle = new SingularValueDecomposition(DenseMatrix.from1DArray(150, 90, a.data)).diagonal;
    expect(largestError((await singularValues(a)).values, oracle)).toBeLessThanOrEqual(1e-12 * oracle[0]!);
  });

  it('an empty side has no values', async () => {
    expect((await singularValues(zeros(4, 0))).values).toHaveLength(0);
    expect((await svd(zeros(0, 3))).singularValues).toHaveLength(0);
  });

  it('NaN and infinity are refused by name', async () => {
    const bad = randomMatrix(6, 5, 1);
    bad.data[13] = Number.NaN;
    expect(await codeOf(singularValues(bad, { name: 'layer0.weight' }))).toMatch(
      /^not-finite: layer0\.weight holds NaN at row 2, column 3/,
    );
    bad.data[13] = Number.NEGATIVE_INFINITY;
    expect(await codeOf(svd(bad, { name: 'w' }))).toMatch(/^not-finite: w holds an infinity/);
    expect(await codeOf(symmetricEigen({ rows: 1, columns: 1, data: Float64Array.of(NaN) }))).toMatch(
      /^not-finite/,
    );
    expect(await codeOf(singularValues({ rows: 2, columns: 2, data: new Float64Array(3) }))).toMatch(
      /^invalid-argument/,
    );
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const running = codeOf(singularValues(randomMatrix(700, 700, 1), { signal: controller.signal }));
    controller.abort();
    expect(await running).toMatch(/^cancelled/);
  });

  it('a batch gives what its matrices give one by one', async () => {
    const batch = Array.from({ length: 40 }, (_, i) => randomMatrix(20 + (i % 3), 30, i));
    const found = await singularValuesBatch(batch);
    for (const [i, matrix] of batch.entries()) {
      expect([...found[i]!.values]).toEqual([...(await singularValues(matrix)).values]);
    }
  });

  it('a batch of large matrices and their shuffles gives what each gives alone', async () => {
    const shuffles: Seeds[] = [[1], [2, 3]];
    const wanted = [randomMatrix(300, 300, 1), randomMatrix(280, 900, 2), randomMatrix(20, 20, 3)];
    const found = await spectraWithShuffles(wanted.map((matrix) => ({ matrix, shuffles })));
    for (const [i, matrix] of wanted.entries()) {
      const { own, shuffled } = found[i]!;
      const all = [matrix, ...shuffles.map((seeds) => shuffledEntries(matrix, ...seeds))];
      for (const [j, one] of [own, ...shuffled].entries()) {
        expect(one).toEqual(await singularValues(all[j]!));
      }
    }
  });

  it('a batch of large matrices stops when cancelled', async () => {
    const controller = new AbortController();
    const batch = [1, 2, 3, 4].map((seed) => randomMatrix(500, 500, seed));
    const running = codeOf(singularValuesBatch(batch, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 60);
    expect(await running).toMatch(/^cancelled/);
  });

  it('from 1,536 columns on, values within rounding of the known ones', async () => {
    const [rows, columns] = [1560, 1537];
    const truth = Array.from({ length: columns }, (_, i) => 10 ** (-i / 200));
    const a = turnedDiagonal(rows, columns, truth);
    const { values, errorBound } = await singularValues(a);
    expect(largestError(values, truth)).toBeLessThanOrEqual(errorBound);
    const [same] = await singularValuesBatch([a]);
    expect(same!.values).toEqual(values);
  });
});

/** (I − 2xxᵀ)·diag(values)·(I − 2yyᵀ) with random unit vectors x and y. */
const turnedDiagonal = (rows: number, columns: number, values: readonly number[]): Matrix => {
  const unit = (n: number, seed: number): Float64Array => {
    const { data } = randomMatrix(n, 1, seed);
    const norm = Math.hypot(...data);
    return data.map((each) => each / norm);
  };
  const [x, y] = [unit(rows, 1), unit(columns, 2)];
  // xᵀ·diag(values)·y.
  const middle = values.reduce((sum, value, i) => sum + x[i]! * value * y[i]!, 0);
  const a = zeros(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const left = (values[i] ?? 0) * (i < columns ? y[i]! : 0);
      a.data[i * columns + j] =
        (i === j ? values[i]! : 0) -
        2 * x[i]! * x[j]! * values[j]! -
        2 * left * y[j]! +
        4 * x[i]! * middle * y[j]!;
    }
  }
  return a;
};

describe('symmetric eigenproblems', () => {
  it.each([1, 5, 48, 60, 300, 520])('%i: A·Q = Q·Λ, Q orthogonal, values descending', async (n) => {
    const half = randomMatrix(n, n, n);
    const turned = transpose(half).data;
    const a = { ...half, data: half.data.map((x, at) => x + turned[at]!) };
    const { values, vectors } = await symmetricEigen(a, { vectors: true });
    expect([...values]).toEqual([...values].sort((x, y) => y - x));
    expect(await orthogonalityDefect(vectors!)).toBeLessThanOrEqual(1e-12);
    const left = await gemm(a, vectors!);
    const right = { ...vectors!, data: vectors!.data.map((x, at) => x * values[at % n]!) };
    const size = Math.max(...values.map(Math.abs));
    expect(distance(left, right)).toBeLessThanOrEqual(1e-12 * size * Math.sqrt(n));
    expect(largestError((await symmetricEigen(a)).values, [...values])).toBeLessThanOrEqual(1e-12 * size);
  });
});
