import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { spectrumEntrySchema } from '../../../extension/contract/report.js';
import { rankForShare } from '../../../extension/contract/statistics/ranks.js';
import { scaledSpectrum, spectrumOf } from '../../../extension/contract/statistics/statistic.js';
import { statisticKeys, statistics, statisticsOf } from '../../../extension/contract/statistics/table.js';

const rankStatistics = (values: readonly number[]) =>
  statisticsOf(spectrumOf(values, { rows: values.length, columns: values.length }));

const spectrum = fc
  .array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((values) => values.sort((a, b) => b - a));

describe('rank statistics', () => {
  it('of the identity are its size', () => {
    const s = rankStatistics(new Array<number>(7).fill(1));
    expect(s.stableRank).toBeCloseTo(7, 12);
    expect(s.effectiveRank).toBeCloseTo(7, 12);
    expect(s.frobeniusNorm).toBeCloseTo(Math.sqrt(7), 12);
    expect([s.nuclearNorm, s.rank90, s.rank99]).toEqual([7, 7, 7]);
  });

  it('of a rank-one matrix are one', () => {
    const s = rankStatistics([3, 0, 0]);
    expect([s.stableRank, s.effectiveRank, s.rank90, s.rank99]).toEqual([1, 1, 1, 1]);
  });

  it('of a zero matrix have no ranks', () => {
    expect(rankStatistics([0, 0])).toEqual({ spectralNorm: 0, frobeniusNorm: 0, nuclearNorm: 0 });
  });

  it('lie between one and the number of values, and do not change with scale', () => {
    fc.assert(
      fc.property(spectrum, fc.double({ min: 1e-200, max: 1e150, noNaN: true }), (values, scale) => {
        const s = rankStatistics(values);
        const scaled = rankStatistics(values.map((value) => value * scale));
        for (const key of ['stableRank', 'effectiveRank'] as const) {
          expect(s[key]!).toBeGreaterThan(1 - 1e-12);
          expect(s[key]!).toBeLessThan(values.length * (1 + 1e-12));
          expect(Math.abs(scaled[key]! - s[key]!)).toBeLessThan(1e-9 * s[key]!);
        }
      }),
    );
  });

  it('rank for a share is the smallest that keeps it', () => {
    fc.assert(
      fc.property(spectrum, fc.double({ min: 0.01, max: 0.999, noNaN: true }), (values, share) => {
        const rank = rankForShare(values, share);
        const energy = (r: number): number =>
          values.slice(0, r).reduce((sum, value) => sum + value * value, 0);
        expect(energy(rank)).toBeGreaterThanOrEqual(share * energy(values.length) * (1 - 1e-12));
        if (rank > 1) expect(energy(rank - 1)).toBeLessThan(share * energy(values.length) * (1 + 1e-12));
      }),
    );
  });
});

describe('nuclear over Frobenius norm', () => {
  it('is one for rank one, the root of the rank for equal values, and absent for zero', () => {
    expect(rankStatistics([5, 0, 0]).nuclearOverFrobenius).toBe(1);
    expect(rankStatistics([2, 2, 2, 2, 0]).nuclearOverFrobenius).toBe(2);
    expect(rankStatistics([0, 0]).nuclearOverFrobenius).toBeUndefined();
  });
});

describe('hard rank and entropy', () => {
  it('of the identity are its size and one, of a rank-one matrix one and zero', () => {
    expect([rankStatistics([1, 1, 1]).hardRank, rankStatistics([2, 0, 0]).hardRank]).toEqual([3, 1]);
    expect(rankStatistics([1, 1, 1]).spectralEntropy).toBeCloseTo(1, 12);
    expect(rankStatistics([2, 0, 0]).spectralEntropy).toBe(0);
    expect(rankStatistics([2]).spectralEntropy).toBeUndefined();
  });

  it('takes what single precision rounds for zero', () => {
    // max(m, n) 2⁻²³ = 3.6e-7 of the largest.
    expect(rankStatistics([1, 1e-6, 1e-7]).hardRank).toBe(2);
  });
});

describe('the table of statistics', () => {
  it('has a key of its own, a name and a formula for each row', () => {
    expect(new Set(statisticKeys).size).toBe(statisticKeys.length);
    for (const { label, short, formula } of statistics)
      for (const text of [label, short, formula]) expect(text).not.toBe('');
  });

  it('counts the values above the edge where the edge is known', () => {
    const values = [3, 2, 1];
    const size = { rows: 3, columns: 3 };
    expect(statisticsOf(spectrumOf(values, { ...size, upperEdge: 1.5 })).aboveUpperEdge).toBe(2);
    expect(statisticsOf(spectrumOf(values, size)).aboveUpperEdge).toBeUndefined();
  });

  it('gives the report its keys, and refuses a number that is none', () => {
    const entry = {
      ...{ step: 0, tensor: 'w', of: 'weights', rows: 1, columns: 1, singularValues: [1], method: 'test' },
      ...{ exact: true, errorBound: 0, spectralNorm: 1, frobeniusNorm: 1, nulls: {} },
    };
    const draw = { mean: 1, q05: 1, q95: 1 };
    for (const key of statisticKeys) {
      expect(v.is(spectrumEntrySchema, { ...entry, [key]: 1, nulls: { [key]: draw } })).toBe(true);
      expect(v.is(spectrumEntrySchema, { ...entry, [key]: NaN })).toBe(false);
      expect(v.is(spectrumEntrySchema, { ...entry, nulls: { [key]: { mean: NaN } } })).toBe(false);
    }
  });
});

describe('statistics of a multiple of a matrix', () => {
  it('are those of its values, found anew or shared', () => {
    fc.assert(
      fc.property(spectrum, fc.constantFrom(2 ** -20, 0.5, 8), (values, c) => {
        const size = { rows: values.length, columns: values.length + 3, upperEdge: values[0]! / 2 };
        const own = spectrumOf(values, size);
        const before = statisticsOf(own);
        const shared = statisticsOf(scaledSpectrum(own, c));
        const anew = statisticsOf(
          spectrumOf(
            values.map((value) => c * value),
            { ...size, upperEdge: c * size.upperEdge },
          ),
        );
        // Powers of two scale without rounding.
        expect(shared).toEqual(anew);
        for (const { key, isScaleFree } of statistics)
          if (isScaleFree === true) expect(shared[key]).toBe(before[key]);
      }),
    );
  });
});
