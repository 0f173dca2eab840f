import { describe, expect, it } from 'vitest';
import { fileNames } from '../../../webview/parts/curves/figure.js';
import { smoothed } from '../../../webview/parts/curves/smoothing.js';

describe('smoothing', () => {
  it('leaves a constant as it is, from its first value on', () => {
    for (const value of smoothed([3, 3, 3, 3], 0.9)) expect(value).toBeCloseTo(3, 12);
  });

  it('is the mean of all so far, weighted by powers', () => {
    // (0.5·2 + 1·4)/(0.5 + 1) of the first two, each times 1 − 0.5.
    const [first, second] = smoothed([2, 4], 0.5);
    expect(first).toBeCloseTo(2, 12);
    expect(second).toBeCloseTo((0.5 * 2 + 4) / 1.5, 12);
    expect(smoothed([1, 5, 2], 0)).toEqual([1, 5, 2]);
  });
});

it('names files by the parts of their paths that differ', () => {
  const entries = ['/a/runs/x/events.1', '/a/runs/y/events.2'].map((path) => ({ path }) as never);
  expect(fileNames(entries)).toEqual(['x/events.1', 'y/events.2']);
});
