import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunningDistribution } from '../../../extension/engine/geometry/distribution.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';

const inPieces = (pieces: readonly (readonly number[])[]) => {
  const running = new RunningDistribution();
  for (const piece of pieces) running.add(Float64Array.from(piece));
  return running.result();
};

const finiteNumber = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('a running distribution', () => {
  it('counts every finite value in the bin that it lies in, however the pieces come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(finiteNumber, { minLength: 1 }), { minLength: 1 }), (pieces) => {
        const all = pieces.flat();
        const { histogram, elements, min, max } = inPieces(pieces);
        const { start, width, counts, below = 0, above = 0 } = histogram!;
        expect(elements).toBe(all.length);
        expect([min, max]).toEqual([Math.min(...all), Math.max(...all)]);
        expect(counts.length).toBeLessThanOrEqual(64);
        const direct = counts.map((_, bin) => {
          const at = Math.round(start / width) + bin;
          return all.filter((value) => Math.floor(value / width) === at).length;
        });
        expect(counts).toEqual(direct);
        const end = start + counts.length * width;
        expect([below, above]).toEqual([
          all.filter((value) => value < start).length,
          all.filter((value) => value >= end).length,
        ]);
        expect(counts.reduce((sum, count) => sum + count, below + above)).toBe(all.length);
      }),
    );
  });

  it('uses more than half of its bins when a range grows from nothing', () => {
    const random = seededRandom(5);
    const values = Array.from({ length: 5000 }, () => random.normal());
    const { histogram } = inPieces([[1e-9], values.slice(0, 10), values]);
    expect(histogram!.counts.length).toBeGreaterThan(30);
  });

  it.each([
    ['one far value', [400]],
    ['far values of both signs', [400, -900, 1e4]],
    ['a value ten orders of magnitude away', [2e8]],
  ])('shows the bulk beside %s, which is counted alone', (_, far) => {
    const random = seededRandom(11);
    const bulk = Array.from({ length: 20_000 }, () => 0.02 * random.normal());
    // Far values first, in the middle and last.
    for (const at of [0, 10_000, 20_000]) {
      const values = [...bulk.slice(0, at), ...far, ...bulk.slice(at)];
      const { histogram } = inPieces([
        values.slice(0, 7_000),
        values.slice(7_000, 13_000),
        values.slice(13_000),
      ]);
      const { start, width, counts, below = 0, above = 0 } = histogram!;
      expect(counts.filter((count) => count > 0).length).toBeGreaterThan(25);
      // Quartiles and outer fences of a normal: ±.674 and ±4.72 standard deviations.
      expect(start).toBeGreaterThan(-0.02 * 5.5);
      expect(start + counts.length * width).toBeLessThan(0.02 * 5.5);
      expect(below + above).toBe(far.length);
    }
  });

  it('shows values beside which most are zero', () => {
    const random = seededRandom(13);
    const values = Array.from({ length: 10_000 }, (_, i) => (i % 12 === 0 ? random.normal() : 0));
    const { counts, below = 0, above = 0 } = inPieces([values.slice(0, 11), values.slice(11)]).histogram!;
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(20);
    expect(below + above).toBe(0);
  });

  it('keeps a small spread about a large mean', () => {
    const random = seededRandom(7);
    const values = Array.from({ length: 4000 }, () => random.normal());
    const plain = inPieces([values]);
    const moved = inPieces(
      [0, 1, 2, 3].map((i) => values.slice(i * 1000, (i + 1) * 1000).map((x) => x + 1e8)),
    );
    expect(moved.sd).toBeCloseTo(plain.sd!, 6);
    expect(moved.mean! - 1e8).toBeCloseTo(plain.mean!, 6);
  });

  it.each([1, 3, 4095, 4096, 4097, 10_003])(
    'has the moments of %i values, also where some are not finite',
    (length) => {
      const random = seededRandom(length);
      const values = Array.from({ length }, (_, i) => (i % 7 === 3 ? 0 : 5 + random.normal()));
      const far = [...values, NaN, Infinity, -Infinity];
      for (const [all, finite, apart] of [
        [values, values, 0],
        [far, far.filter(Number.isFinite), 2],
      ] as const) {
        const { mean, sd, zeros, notANumber, infinite, min, max } = inPieces([all]);
        const centre = finite.reduce((sum, value) => sum + value / finite.length, 0);
        const square = finite.reduce((sum, value) => sum + (value - centre) ** 2 / finite.length, 0);
        expect(mean).toBeCloseTo(centre, 9);
        expect(sd).toBeCloseTo(Math.sqrt(square), 9);
        const none = finite.filter((value) => value === 0).length;
        expect([zeros, notANumber, infinite]).toEqual([none, apart / 2, apart]);
        expect([min, max]).toEqual([Math.min(...finite), Math.max(...finite)]);
      }
    },
  );

  it('counts zeros, NaN and infinity, and leaves the last two out of the moments', () => {
    const found = inPieces([
      [0, -0, NaN, 3],
      [Infinity, -Infinity, 1, NaN],
    ]);
    expect(found).toMatchObject({
      elements: 8,
      zeros: 2,
      notANumber: 2,
      infinite: 2,
      mean: 1,
      min: 0,
      max: 3,
    });
    expect(found.sd).toBeCloseTo(Math.sqrt(6 / 4), 12);
  });

  it('has extremes and a histogram of values whose squares overflow', () => {
    const { mean, sd, min, max, histogram } = inPieces([[1e200, -1e200, 0, 1]]);
    expect([mean, sd, min, max]).toEqual([0.25, undefined, -1e200, 1e200]);
    expect(histogram!.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('has no moments where there is no finite value', () => {
    expect(inPieces([])).toEqual({ elements: 0, zeros: 0, notANumber: 0, infinite: 0 });
    expect(inPieces([[NaN, NaN]])).toEqual({ elements: 2, zeros: 0, notANumber: 2, infinite: 0 });
  });

  it('gives no sums of values that are not all finite', () => {
    const running = new RunningDistribution();
    running.add(Float64Array.of(1, 2));
    expect(running.finiteSums()).toEqual({ sum: 3, sumOfSquares: 5 });
    running.add(Float64Array.of(NaN));
    expect(running.finiteSums()).toBeUndefined();
  });
});
