import { describe, expect, it } from 'vitest';
import { bases } from '../../../extension/engine/geometry/modes/bases.js';
import {
  concentrationOf,
  fourierPowers,
  groupMeans,
} from '../../../extension/engine/geometry/modes/concentration.js';
import {
  discreteLogarithms,
  primitiveRoot,
} from '../../../extension/engine/geometry/modes/discreteLogarithm.js';
import { fisherNull, fisherTail } from '../../../extension/engine/geometry/modes/fisher.js';
import { onGrid, planePeaks } from '../../../extension/engine/geometry/modes/functionalMode.js';
import { permutationNull } from '../../../extension/engine/geometry/modes/permutationNull.js';
import { ridgeScores } from '../../../extension/engine/geometry/modes/ridge.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { expectClose, oracle } from './oracle.js';

/** Every pair (a, b) of a prime. */
const allPairs = (prime: number) => ({
  a: Int32Array.from({ length: prime * prime }, (_, i) => Math.floor(i / prime)),
  b: Int32Array.from({ length: prime * prime }, (_, i) => i % prime),
});

describe('discrete logarithms', () => {
  // OEIS A001918: least positive primitive root of the n-th prime.
  it.each([
    [2, 1],
    [3, 2],
    [5, 2],
    [7, 3],
    [11, 2],
    [23, 5],
    [41, 6],
    [53, 2],
    [71, 7],
    [97, 5],
    [113, 3],
    [191, 19],
  ])('of %i have the root %i', (prime, root) => {
    expect(primitiveRoot(prime)).toBe(root);
  });

  it.each([7, 53, 97])('of %i turn products into sums', (prime) => {
    const logs = discreteLogarithms(prime);
    expect(logs[0]).toBe(-1);
    expect(new Set(logs.subarray(1)).size).toBe(prime - 1);
    for (let x = 1; x < prime; x += 3) {
      for (let y = 1; y < prime; y += 2) {
        expect((logs[x]! + logs[y]!) % (prime - 1)).toBe(logs[(x * y) % prime]);
      }
    }
  });
});

describe('Fourier concentration', () => {
  const prime = 97;
  const { a, b } = allPairs(prime);

  it.each(bases.map(({ name }) => name))('of a wave of frequency 11 over %s is all of it there', (name) => {
    const basis = bases.find((each) => each.name === name)!;
    const modulus = basis.modulus(prime);
    const residues = basis.residues(a, b, prime);
    const values = Float64Array.from(residues, (q) => 3 + Math.cos((2 * Math.PI * 11 * q) / modulus + 0.4));
    for (const recipe of ['published', 'fixed'] as const) {
      const found = concentrationOf(groupMeans(values, residues, modulus), recipe)!;
      expect(found.peak).toBe(11);
      expect(found.concentration).toBeCloseTo(1, 10);
    }
  });

  it('takes a residue without a pair for 0 as published, for the mean of the others when fixed', () => {
    const means = Float64Array.from({ length: 97 }, (_, q) => 2 + 1e-9 * q);
    means[0] = NaN;
    // A spike has a flat spectrum: every one of 48 frequencies holds the same.
    expect(concentrationOf(means, 'published')!.concentration).toBeCloseTo(1 / 48, 4);
    expect(concentrationOf(means, 'fixed')!.concentration).toBeGreaterThan(0.3);
  });

  it('halves the frequency that is its own mirror, so that shares are shares of the variance', () => {
    // A wave at half of 96 beside one of equal variance at 7.
    const values = Float64Array.from({ length: 96 }, (_, q) => {
      const wave = Math.SQRT2 * Math.cos((2 * Math.PI * 7 * q) / 96);
      return wave + (q % 2 === 0 ? 1 : -1);
    });
    const shares = (powers: Float64Array) => {
      const total = powers.reduce((x, y) => x + y, 0);
      return [powers[6]! / total, powers[47]! / total];
    };
    const [wave, nyquist] = shares(fourierPowers(values, true));
    expect(wave).toBeCloseTo(0.5, 10);
    expect(nyquist).toBeCloseTo(0.5, 10);
    expect(shares(fourierPowers(values, false))[1]).toBeCloseTo(2 / 3, 10);
  });

  it('does not exist where nothing varies', () => {
    expect(concentrationOf(new Float64Array(97).fill(2), 'fixed')?.concentration ?? 1).toBeGreaterThan(0);
    expect(concentrationOf(new Float64Array(97), 'fixed')).toBeUndefined();
    expect(concentrationOf(new Float64Array(97).fill(NaN), 'published')).toBeUndefined();
  });
});

describe("Fisher's g", () => {
  it('has the mean and the quantiles that 48 bins have', () => {
    const { fisherNull: theirs } = oracle('2604.06256') as {
      fisherNull: Record<'mean' | 'q95' | 'q99', number>;
    };
    const ours = fisherNull(48);
    for (const key of ['mean', 'q95', 'q99'] as const) expectClose(ours[key], theirs[key], key, 1e-9);
  });

  it('is what noise has', () => {
    const random = seededRandom(9);
    const found = Array.from({ length: 2000 }, () => {
      const noise = Float64Array.from({ length: 97 }, () => random.normal());
      return concentrationOf(noise, 'published')!.concentration;
    });
    const { mean, q95 } = fisherNull(48);
    expect(found.reduce((x, y) => x + y, 0) / found.length).toBeCloseTo(mean, 2);
    expect(found.filter((g) => g > q95).length / found.length).toBeCloseTo(0.05, 1);
  });

  it('has a tail between 1 at equal shares and 0 at one frequency', () => {
    expect(fisherTail(1 / 48, 48)).toBe(1);
    expect(fisherTail(1, 48)).toBe(0);
    const tails = Array.from({ length: 97 }, (_, i) => fisherTail(0.02 + i / 100, 48));
    tails.slice(1).forEach((tail, i) => expect(tail).toBeLessThanOrEqual(tails[i]! + 1e-9));
  });
});

it('permutations leave of a wave what noise has', () => {
  const prime = 97;
  const { a, b } = allPairs(prime);
  const [{ residues: residuesOf }] = [bases[0]!];
  const residues = residuesOf(a, b, prime);
  const values = Float64Array.from(residues, (q) => Math.cos((2 * Math.PI * 5 * q) / prime));
  const found = permutationNull(values, residues, prime, {
    permutations: 300,
    seeds: [1],
    recipe: 'published',
  });
  expect(found.mean).toBeCloseTo(fisherNull(48).mean, 2);
  expect(found.q95).toBeLessThan(0.17);
});

it('a wave over a + b lies on the diagonal of the plane, one over a − b on the other', () => {
  const prime = 23;
  const { a, b } = allPairs(prime);
  const waveOver = (q: (x: number, y: number) => number) =>
    onGrid(
      Float64Array.from(a, (x, i) => 1 + Math.cos((2 * Math.PI * 4 * q(x, b[i]!)) / prime)),
      a,
      b,
      prime,
    );
  const [sum] = planePeaks(
    waveOver((x, y) => x + y),
    prime,
    1,
  );
  expect(sum).toMatchObject({ wa: 4, wb: 4 });
  expect(sum!.share).toBeCloseTo(1, 10);
  const [difference] = planePeaks(
    waveOver((x, y) => x - y),
    prime,
    1,
  );
  expect([difference!.wa, difference!.wb]).toEqual([4, prime - 4]);
  const [gap] = planePeaks(
    waveOver((x, y) => x + y).map((value, i) => (i % 7 === 0 ? NaN : value)),
    prime,
    1,
  );
  expect(gap).toMatchObject({ wa: 4, wb: 4 });
});

describe('ridge', () => {
  const random = seededRandom(12);
  const gaussian = (rows: number, columns: number) => ({
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, () => random.normal()),
  });

  it('finds a linear law in sample and held out', async () => {
    const features = gaussian(400, 6);
    const law = Float64Array.from(
      { length: 400 },
      (_, i) => 5 + 2 * features.data[6 * i]! - features.data[6 * i + 3]!,
    );
    const [score] = await ridgeScores(features, [{ rows: 400, columns: 1, data: law }]);
    expect(score!.inSample).toBeGreaterThan(0.9999);
    expect(score!.heldOut).toBeGreaterThan(0.9999);
  });

  it('fits noise in sample with many features, and does worse than the mean held out', async () => {
    const [score] = await ridgeScores(gaussian(500, 200), [gaussian(500, 1)]);
    expect(score!.inSample).toBeGreaterThan(0.25);
    expect(score!.heldOut).toBeLessThan(0);
  });

  it('has the same score for a target alone and beside others', async () => {
    const features = gaussian(100, 5);
    const targets = [gaussian(100, 3), gaussian(100, 1)];
    const together = await ridgeScores(features, targets);
    for (const [i, target] of targets.entries()) {
      const [alone] = await ridgeScores(features, [target]);
      expectClose(together[i]!.heldOut, alone!.heldOut, 'held out', 1e-9);
      expectClose(together[i]!.inSample, alone!.inSample, 'in sample', 1e-9);
    }
  });
});
