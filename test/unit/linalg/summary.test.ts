import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { BLOCK, countInBins, sumsOf, summaryOf } from '../../../extension/engine/linalg/summary.js';

const random = seededRandom(5);
const normal = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());

describe('the summary of a block', () => {
  it.each([1, 2, 3, 4, 5, 7, 1023, BLOCK])('is that of a loop: %i numbers', (length) => {
    const numbers = normal(length);
    if (length > 2) numbers[length >> 1] = 0;
    const mean = numbers.reduce((sum, x) => sum + x, 0) / length;
    const found = summaryOf(numbers);
    expect(found.sum).toBeCloseTo(mean * length, 10);
    expect(found.sumOfSquares).toBeCloseTo(
      numbers.reduce((sum, x) => sum + x * x, 0),
      9,
    );
    expect(found.squaresAboutMean).toBeCloseTo(
      numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0),
      9,
    );
    expect(found.min).toBe(Math.min(...numbers));
    expect(found.max).toBe(Math.max(...numbers));
    expect(found.zeros).toBe(length > 2 ? 1 : 0);
  });

  it('has extremes without NaN, and sums that tell of it', () => {
    const found = summaryOf(Float64Array.of(NaN, 2, -0, NaN, 5));
    expect(found).toMatchObject({ sum: NaN, min: -0, max: 5, zeros: 1 });
    expect(summaryOf(Float64Array.of(NaN))).toMatchObject({ min: Infinity, max: -Infinity, zeros: 0 });
    expect(sumsOf(Float64Array.of(1, Infinity)).sumOfSquares).toBe(Infinity);
  });

  it('has the sums of any count of numbers', () => {
    const numbers = normal(3 * BLOCK + 5);
    expect(sumsOf(numbers).sumOfSquares).toBeCloseTo(
      numbers.reduce((sum, x) => sum + x * x, 0),
      8,
    );
    expect(sumsOf(new Float64Array())).toEqual({ sum: 0, sumOfSquares: 0 });
  });
});

describe('counts in bins', () => {
  it('are those of a loop, and tell what lies outside', () => {
    const numbers = normal(2 * BLOCK + 3);
    numbers[7] = NaN;
    numbers[BLOCK + 1] = -Infinity;
    const [counts, expected] = [new Float64Array(64).fill(2), new Float64Array(64).fill(2)];
    const outside: number[] = [];
    countInBins(numbers, 16, -32, counts, (x) => outside.push(x));
    const others: number[] = [];
    for (const x of numbers) {
      const place = Math.floor(x * 16) + 32;
      if (place >= 0 && place < 64) expected[place]!++;
      else others.push(x);
    }
    expect(counts).toEqual(expected);
    expect(outside).toEqual(others);
    expect(outside.length).toBeGreaterThan(100);
  });

  it('are at most 1,024', () => {
    const count = (bins: number): void =>
      countInBins(Float64Array.of(1050, 3), 1, 0, new Float64Array(bins), () => undefined);
    expect(() => count(1024)).not.toThrow();
    expect(() => count(1025)).toThrow('more than 1024');
  });
});
