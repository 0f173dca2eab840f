import { describe, expect, it } from 'vitest';
import { spectrumOf } from '../../../extension/contract/statistics/statistic.js';
import { statisticsOf } from '../../../extension/contract/statistics/table.js';
import {
  entryMoments,
  followsShuffleLaw,
  ShuffleLaw,
} from '../../../extension/engine/geometry/shuffleLaw.js';
import { seededRandom, type SeededRandom } from '../../../extension/engine/ground/seededRandom.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { shuffledEntries } from '../../../extension/engine/linalg/shuffledEntries.js';
import { singularValuesBatch } from '../../../extension/engine/linalg/singularValues.js';

const draws = 48;

/** Distributions whose excess kurtosis is −1.2, 0, 3 and about −2. */
const distributions: Record<string, (random: SeededRandom) => number> = {
  uniform: (random) => random.uniform() - 0.5,
  normal: (random) => random.normal(),
  Laplace: (random) => (random.uniform() < 0.5 ? 1 : -1) * Math.log(1 - random.uniform()),
  signs: (random) => (random.uniform() < 0.5 ? 1 : -1),
};

const made = (rows: number, columns: number, entry: (random: SeededRandom) => number): Matrix => {
  const random = seededRandom(5, rows, columns);
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, () => 0.02 * entry(random)) };
};

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const bothMeans = async (matrix: Matrix) => {
  const shuffles = Array.from({ length: draws }, (_, draw) => shuffledEntries(matrix, 3, draw));
  const byShuffles = (await singularValuesBatch(shuffles)).map(({ values }) => values);
  const { spectra, norm } = await new ShuffleLaw(draws, 1).draws(matrix, entryMoments(matrix).variance);
  const byLaw = spectra.map(({ values }) => values.map((value) => norm * value));
  return { byShuffles, byLaw };
};

const statisticNames = [
  'spectralNorm',
  'stableRank',
  'effectiveRank',
  'nuclearNorm',
  'frobeniusNorm',
] as const;

/** Means of both kinds of draws, and the standard error of their difference. */
const compared = (a: readonly number[], b: readonly number[]) => {
  const squares = (numbers: readonly number[]): number =>
    meanOf(numbers.map((number) => (number - meanOf(numbers)) ** 2)) / numbers.length;
  const difference = Math.abs(meanOf(a) - meanOf(b));
  return { difference, mean: meanOf(a), error: Math.sqrt(squares(a) + squares(b)) };
};

/** κ of at most (m + n)/128. */
const followers = [
  ['normal', 32, 32],
  ['uniform', 97, 128],
  ['signs', 160, 128],
  ['Laplace', 400, 128],
] as const;

describe('the law of shuffled entries', () => {
  for (const [name, rows, columns] of followers) {
    it(`gives what shuffles give: ${name} entries, ${rows} × ${columns}`, async () => {
      const matrix = made(rows, columns, distributions[name]!);
      expect(followsShuffleLaw(matrix, entryMoments(matrix))).toBe(true);
      const { byShuffles, byLaw } = await bothMeans(matrix);
      const largest = meanOf(byShuffles.map((values) => values[0]!));
      for (let i = 0; i < Math.min(rows, columns); i++) {
        const at = (values: Float64Array): number => values[i]!;
        const { difference, error } = compared(byShuffles.map(at), byLaw.map(at));
        expect(difference).toBeLessThan(0.01 * largest + 4 * error);
      }
      const statistics = (found: readonly Float64Array[]) =>
        found.map((values) => statisticsOf(spectrumOf(values, { rows, columns, hasNoBulk: false })));
      const [shuffled, law] = [statistics(byShuffles), statistics(byLaw)];
      for (const key of statisticNames) {
        const of = (found: typeof law): number[] => found.map((each) => each[key]!);
        const { difference, mean, error } = compared(of(shuffled), of(law));
        expect(difference, key).toBeLessThan((key === 'stableRank' ? 0.02 : 0.01) * mean + 4 * error);
      }
    });
  }

  it('is not taken for long tails in small matrices', () => {
    for (const [name, rows, columns] of [
      ['Laplace', 64, 64],
      ['signs', 32, 32],
    ] as const) {
      const matrix = made(rows, columns, distributions[name]!);
      expect(followsShuffleLaw(matrix, entryMoments(matrix))).toBe(false);
    }
  });

  it('is not taken for heavy tails, nor where the mean makes a direction of its own', () => {
    const normal = made(64, 64, (random) => random.normal());
    expect(followsShuffleLaw(normal, entryMoments(normal))).toBe(true);
    const spiked = { ...normal, data: normal.data.map((value, i) => (i < 8 ? 1 : value)) };
    expect(followsShuffleLaw(spiked, entryMoments(spiked))).toBe(false);
    const moved = { ...normal, data: normal.data.map((value) => value + 0.01) };
    expect(followsShuffleLaw(moved, entryMoments(moved))).toBe(false);
    const zero = { ...normal, data: normal.data.map(() => 0) };
    expect(followsShuffleLaw(zero, entryMoments(zero))).toBe(false);
  });
});
