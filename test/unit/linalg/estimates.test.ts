import { describe, expect, it } from 'vitest';
import type { GeometryError } from '../../../extension/contract/errors.js';
import type { Estimate, SpectrumEstimate } from '../../../extension/engine/linalg/estimates.js';
import { estimateSpectrum } from '../../../extension/engine/linalg/estimates.js';
import { gemm } from '../../../extension/engine/linalg/gemm.js';
import { matrixOperator, pieceOperator } from '../../../extension/engine/linalg/linearOperator.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { transpose, zeros } from '../../../extension/engine/linalg/matrix.js';
import { effortFor } from '../../../extension/engine/linalg/policy.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';
import { composed, distance, randomMatrix, randomOrthogonal } from './checks.js';

const contains = ({ low, high, value }: Estimate, truth: number): void => {
  expect(low).toBeLessThanOrEqual(value);
  expect(value).toBeLessThanOrEqual(high);
  expect(low).toBeLessThanOrEqual(truth * (1 + 1e-10));
  expect(high).toBeGreaterThanOrEqual(truth * (1 - 1e-10));
};

const containsTruth = (found: SpectrumEstimate, truth: readonly number[]): void => {
  const squared = truth.reduce((sum, x) => sum + x * x, 0);
  const total = truth.reduce((sum, x) => sum + x, 0);
  const entropy = -truth.reduce((sum, x) => sum + (x > 0 ? (x / total) * Math.log(x / total) : 0), 0);
  expect(found.frobeniusNorm).toBeCloseTo(Math.sqrt(squared), 8);
  contains(found.spectralNorm, truth[0]!);
  contains(found.stableRank, squared / truth[0]! ** 2);
  found.leading.forEach((estimate, i) => {
    contains(estimate, truth[i]!);
  });
  contains(found.nuclearNorm, total);
  contains(found.effectiveRank, Math.exp(entropy));
  for (const { threshold, above } of found.density) {
    contains(above, truth.filter((x) => x > threshold).length);
  }
};

const n = 400;
const spectra: Readonly<Record<string, (i: number) => number>> = {
  'a power law': (i) => (i + 1) ** -0.7,
  'a bulk with five outliers': (i) => (i < 5 ? 10 - i : 2 * Math.sqrt(1 - i / n)),
  'equal values': () => 3,
  'rank nine': (i) => (i < 9 ? 9 - i : 0),
  'a steep decay': (i) => Math.exp(-i / 15),
};

describe('estimates hold on known spectra', () => {
  it.each(Object.keys(spectra))('%s', async (name) => {
    const truth = Array.from({ length: n }, (_, i) => spectra[name]!(i));
    const a = await composed(randomOrthogonal(n, 5), Float64Array.from(truth), randomOrthogonal(n, 6));
    containsTruth(await estimateSpectrum(matrixOperator(a)), truth);
  });

  it.each([
    [900, 300],
    [300, 900],
  ])('a random %i × %i matrix', async (rows, columns) => {
    const a = randomMatrix(rows, columns, 8);
    const truth = [...(await singularValues(a)).values];
    const found = await estimateSpectrum(matrixOperator(a));
    containsTruth(found, truth);
    // Not only true but of use.
    expect(found.spectralNorm.high / found.spectralNorm.low).toBeLessThan(1.05);
    expect(found.effectiveRank.high / found.effectiveRank.low).toBeLessThan(1.1);
  });

  // The orthonormal cosine transform times diag(σ): the singular values are σ, the matrix is dense. Its right singular
  // vectors are the axes, so that every vector of signs gives the same traces: their spread says nothing of the error.
  it.each([
    ['a power law', (i: number) => (i + 1) ** -0.5],
    ['a bulk with five outliers', (i: number) => (i < 5 ? 10 - i : 2 * Math.sqrt(1 - i / 3000))],
    ['equal values', () => 3],
    ['a slow decay', (i: number) => Math.exp(-i / 1000)],
  ] as const)('of 3000 × 3000, %s: the upper end of σ₁ is at most a tenth above it', async (_name, sigma) => {
    const side = 3000;
    const a = zeros(side, side);
    for (let column = 0; column < side; column++) {
      const scale = sigma(column) * Math.sqrt((column === 0 ? 1 : 2) / side);
      for (let row = 0; row < side; row++)
        a.data[row * side + column] = scale * Math.cos((Math.PI * (2 * row + 1) * column) / (2 * side));
    }
    const truth = Array.from({ length: side }, (_, i) => sigma(i));
    const found = await estimateSpectrum(matrixOperator(a));
    containsTruth(found, truth);
    expect(found.spectralNorm.high).toBeLessThan(1.1 * truth[0]!);
    expect(found.spectralNorm.low).toBeGreaterThan(0.9 * truth[0]!);
  });

  it('a zero matrix has no rank to estimate', async () => {
    const found = await estimateSpectrum(matrixOperator(zeros(200, 200)));
    expect(found.spectralNorm).toEqual({ value: 0, low: 0, high: 0 });
    expect(found.effectiveRank.value).toBe(0);
  });

  it('NaN is refused by name, and small matrices are sent away', async () => {
    const bad = randomMatrix(200, 200, 1);
    bad.data[77] = Number.NaN;
    const code = (a: Matrix): Promise<string> =>
      estimateSpectrum(matrixOperator(a, 'blocks.3.weight')).then(
        () => 'none',
        (error: unknown) => `${(error as GeometryError).code} ${(error as GeometryError).message}`,
      );
    expect(await code(bad)).toMatch(/^not-finite blocks\.3\.weight/);
    expect(await code(randomMatrix(20, 20, 1))).toMatch(/^invalid-argument/);
  });
});

describe('operators in pieces', () => {
  it('multiply as the whole matrix does', async () => {
    const a = randomMatrix(50, 31, 2);
    const operator = pieceOperator(50, 31, 'a', async (use) => {
      for (let first = 0; first < 50; first += 7) {
        const rows = Math.min(7, 50 - first);
        await use({ rows, columns: 31, data: a.data.slice(first * 31, (first + rows) * 31) }, first);
      }
    });
    const x = randomMatrix(31, 4, 3);
    const y = randomMatrix(50, 4, 4);
    const ax = await gemm(a, x);
    expect(distance(await operator.multiply(x), ax)).toBeLessThan(1e-12);
    expect(distance(await operator.multiplyTransposed(y), await gemm(transpose(a), y))).toBeLessThan(1e-12);
    expect(distance(await operator.multiplyGram(x), await gemm(transpose(a), ax))).toBeLessThan(1e-11);
  });
});

describe('policy', () => {
  it('small is exact, very large is estimated, and a user may ask for exact', () => {
    expect(effortFor(128, 128, 'spectrum')).toBe('exact');
    expect(effortFor(8192, 8192, 'norms')).toBe('estimated');
    expect(effortFor(8192, 8192, 'spectrum', { exact: true })).toBe('exact');
    expect(effortFor(4096, 11008, 'decomposition')).toBe('exact');
    expect(effortFor(4096, 4096, 'spectrum', { budgetMs: 100 })).toBe('estimated');
    expect(effortFor(4096, 4096, 'spectrum', { budgetMs: 600_000 })).toBe('exact');
    expect(effortFor(50_000, 50_000, 'spectrum', { exact: true })).toBe('estimated');
  });
});
