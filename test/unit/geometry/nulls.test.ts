import { describe, expect, it } from 'vitest';
import { marchenkoPastur } from '../../../extension/engine/geometry/marchenkoPastur.js';
import { deviationsOf, quantile, summariseDraws } from '../../../extension/engine/geometry/quantiles.js';
import {
  gramOfRows,
  randomWalk,
  randomWalkGram,
  stepLengths,
} from '../../../extension/engine/geometry/randomWalkNull.js';
import { leadingFractions } from '../../../extension/engine/geometry/leadingFractions.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { shuffledEntries } from '../../../extension/engine/linalg/shuffledEntries.js';
import { explainedFractions } from '../../../extension/engine/geometry/trajectory.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';

const gaussian = (rows: number, columns: number, sd: number) => {
  const random = seededRandom(11);
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, () => sd * random.normal()) };
};

describe('Marchenko–Pastur edges', () => {
  it('hold the spectrum of independent entries', async () => {
    const matrix = gaussian(200, 100, 0.3);
    const { values } = await singularValues(matrix);
    const { variance, lowerEdge, upperEdge } = marchenkoPastur(matrix);
    expect(variance).toBeCloseTo(0.09, 2);
    expect(values[0]!).toBeLessThan(1.05 * upperEdge);
    expect(values[0]!).toBeGreaterThan(0.93 * upperEdge);
    expect(values.at(-1)!).toBeGreaterThan(0.85 * lowerEdge);
  });

  it('are crossed by one planted direction, and by none once entries are shuffled', async () => {
    const matrix = gaussian(120, 80, 1);
    for (let i = 0; i < matrix.data.length; i++)
      matrix.data[i]! += 4 * Math.cos(Math.floor(i / 80)) * Math.sin(i % 80);
    const { upperEdge } = marchenkoPastur(matrix);
    const own = await singularValues(matrix);
    const shuffled = shuffledEntries(matrix, 1, 2, 3);
    expect(own.values.filter((value) => value > upperEdge).length).toBe(1);
    expect((await singularValues(shuffled)).values[0]).toBeLessThanOrEqual(1.05 * upperEdge);
    expect([...shuffled.data].sort()).toEqual([...matrix.data].sort());
    expect(shuffledEntries(matrix, 1, 2, 3)).toEqual(shuffled);
    expect(shuffledEntries(matrix, 1, 2, 4).data).not.toEqual(shuffled.data);
  });
});

describe('random walks', () => {
  it('keep the step lengths, in few dimensions and in many', () => {
    const lengths = [1, 2, 0.5, 3, 0];
    for (const dimensions of [1, 3, 5, 1e9]) {
      const found = stepLengths(randomWalkGram(lengths, dimensions, 7));
      found.forEach((length, i) => expect(length).toBeCloseTo(lengths[i]!, 6));
    }
  });

  it('reach the theory of long walks: PC1 is 6/π² centred and 8/π² uncentred', async () => {
    const lengths = new Array<number>(150).fill(1);
    const gram = randomWalkGram(lengths, 1e7, 3);
    expect((await explainedFractions(gram, true))[0]!).toBeCloseTo(6 / Math.PI ** 2, 1.6);
    expect((await explainedFractions(gram, false))[0]!).toBeCloseTo(8 / Math.PI ** 2, 1.6);
  });

  it.each([
    ['in few dimensions', 40, 9],
    ['in fewer than their steps', 90, 60],
    ['in many', 60, 1e6],
    ['of many steps', 400, 1e7],
    ['of many steps in fewer dimensions', 500, 300],
  ])('have the leading fractions of their whole spectrum, %s', async (_, steps, dimensions) => {
    const lengths = Array.from({ length: steps }, (_, i) => 1 + (i % 5));
    const walk = randomWalk(lengths, dimensions, 4, 2);
    for (const centred of [true, false]) {
      const whole = await explainedFractions(gramOfRows(walk), centred);
      const leading = await leadingFractions(walk, centred, 20);
      expect(leading).toHaveLength(Math.min(20, steps, dimensions));
      leading.forEach((share, i) => expect(share).toBeCloseTo(whole[i]!, 9));
    }
  });

  it('have the explained fractions of walks made of real vectors', async () => {
    const lengths = [1, 0.4, 2, 1, 1, 0.7, 1.5];
    const dimensions = 30;
    const draws = 200;
    const sampled: number[] = [];
    const explicit: number[] = [];
    for (let draw = 0; draw < draws; draw++) {
      sampled.push((await explainedFractions(randomWalkGram(lengths, dimensions, 5, draw), true))[0]!);
      explicit.push((await explainedFractions(explicitWalk(lengths, dimensions, draw), true))[0]!);
    }
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / draws;
    // Two standard errors of the difference are near 0.012.
    expect(Math.abs(mean(sampled) - mean(explicit))).toBeLessThan(0.02);
  });
});

const explicitWalk = (lengths: readonly number[], dimensions: number, seed: number) => {
  const random = seededRandom(99, seed);
  const rows = [new Float64Array(dimensions)];
  for (const length of lengths) {
    const direction = Float64Array.from({ length: dimensions }, () => random.normal());
    const norm = Math.hypot(...direction);
    rows.push(rows.at(-1)!.map((value, i) => value + (length * direction[i]!) / norm));
  }
  const n = rows.length;
  const data = Float64Array.from({ length: n * n }, (_, k) => {
    const [a, b] = [rows[Math.floor(k / n)]!, rows[k % n]!];
    return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  });
  return { rows: n, columns: n, data };
};

describe('draws', () => {
  it("have NumPy's quantiles", () => {
    // numpy.quantile([1, 2, 4, 8], [0.05, 0.5, 0.95])
    expect(quantile([1, 2, 4, 8], 0.05)).toBeCloseTo(1.15, 12);
    expect(quantile([1, 2, 4, 8], 0.5)).toBe(3);
    expect(quantile([1, 2, 4, 8], 0.95)).toBeCloseTo(7.4, 12);
    expect(summariseDraws([[1], [3]]).mean).toEqual([2]);
    // NumPy's std with ddof=1.
    expect(
      deviationsOf([
        [1, 5],
        [3, 5],
        [8, 5],
      ]),
    ).toEqual([3.6056, 0]);
  });

  it('has a range, no quantiles, of fewer than twenty draws', () => {
    const drawn = (count: number) => summariseDraws(Array.from({ length: count }, (_, i) => [i + 1]));
    expect(drawn(5)).toMatchObject({ q05: [1], q95: [5] });
    // NumPy: quantile(arange(1, 21), [0.05, 0.95]).
    expect(drawn(20)).toMatchObject({ q05: [1.95], q95: [19.05] });
  });

  it('follow the χ² and normal distributions in mean and variance', () => {
    const random = seededRandom(1);
    for (const degrees of [0.5, 1, 7, 5000]) {
      const values = Array.from({ length: 20000 }, () => random.chiSquared(degrees));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(mean / degrees).toBeCloseTo(1, 1);
      expect(Math.abs(variance / (2 * degrees) - 1)).toBeLessThan(0.1);
    }
  });
});
