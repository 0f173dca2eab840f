import { describe, expect, it } from 'vitest';
import { haltonSequence } from '../../../extension/engine/geometry/haltonSequence.js';
import { successInterval } from '../../../extension/contract/statistics/successInterval.js';

describe('Wilson’s interval', () => {
  // R: binom::binom.wilson.
  it.each([
    [0, 3, 0, 0.5614970317550454],
    [3, 3, 0.4385029682449546, 1],
    [5, 10, 0.236593090512564, 0.7634069094874361],
  ])('of %i in %i', (successes, trials, low, high) => {
    const found = successInterval(successes, trials);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });
});

describe('Halton’s sequence', () => {
  it('is that of bases 2 and 3', () => {
    const expected = [
      [1 / 2, 1 / 3],
      [1 / 4, 2 / 3],
      [3 / 4, 1 / 9],
      [1 / 8, 4 / 9],
      [5 / 8, 7 / 9],
    ];
    haltonSequence(5).forEach(([x, y], i) => {
      expect(x).toBeCloseTo(expected[i]![0]!, 14);
      expect(y).toBeCloseTo(expected[i]![1]!, 14);
    });
  });
});
