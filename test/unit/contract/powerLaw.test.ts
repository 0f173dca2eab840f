import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { powerLawFit } from '../../../extension/contract/statistics/powerLaw.js';
import { spectrumOf } from '../../../extension/contract/statistics/statistic.js';
import { statisticsOf, type StatisticValues } from '../../../extension/contract/statistics/table.js';
import { openCheckpoint } from '../../../extension/engine/checkpoints/openCheckpoint.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';
import { fixture } from '../references.js';

interface Oracle {
  readonly shape: readonly [number, number];
  readonly byDefinition: Readonly<Record<'alpha' | 'D' | 'xmin' | 'tail' | 'sigma', number>>;
  readonly weightwatcher: Readonly<Record<'alpha_weighted' | 'log_alpha_norm' | 'matrix_rank', number>>;
  readonly stableRank: number;
  readonly effectiveRank: number;
  readonly mp: { readonly upperEdge: number; readonly above: number };
  readonly source: { readonly safetensors: string; readonly tensor: string };
}
const { matrices } = JSON.parse(readFileSync(fixture('powerlaw/expected.json'), 'utf8')) as {
  readonly matrices: Readonly<Record<string, Oracle>>;
};

const statisticsOfMatrix = async (oracle: Oracle): Promise<StatisticValues> => {
  const { safetensors, tensor } = oracle.source;
  const [rows, columns] = oracle.shape;
  const checkpoint = await openCheckpoint(fixture('powerlaw', safetensors));
  try {
    const data = await checkpoint.read(tensor, 0, rows * columns);
    const { values } = await singularValues({ rows, columns, data }, { name: tensor });
    return statisticsOf(spectrumOf(values, { rows, columns, upperEdge: oracle.mp.upperEdge }));
  } finally {
    await checkpoint.close();
  }
};

const isNear = (found: number | undefined, expected: number): void =>
  expect(Math.abs(found! - expected), `${found} beside ${expected}`).toBeLessThan(1e-6 * Math.abs(expected));

describe('power laws of eigenvalues, against the definition and WeightWatcher', () => {
  for (const [name, oracle] of Object.entries(matrices)) {
    it(`of ${name} have the same α, x_min, D and tail`, async () => {
      const found = await statisticsOfMatrix(oracle);
      const { byDefinition: expected, weightwatcher } = oracle;
      isNear(found.powerLawAlpha, expected.alpha);
      isNear(found.powerLawXmin, expected.xmin);
      isNear(found.powerLawD, expected.D);
      isNear(found.powerLawSigma, expected.sigma);
      expect(found.powerLawTail).toBe(expected.tail);
      isNear(found.weightedAlpha, weightwatcher.alpha_weighted);
      isNear(found.logAlphaNorm, weightwatcher.log_alpha_norm);
      expect(found.hardRank).toBe(weightwatcher.matrix_rank);
      isNear(found.stableRank, oracle.stableRank);
      isNear(found.effectiveRank, oracle.effectiveRank);
      expect(found.aboveUpperEdge).toBe(oracle.mp.above);
    });
  }
});

describe('a power law', () => {
  it('is not there without two different eigenvalues', () => {
    expect(powerLawFit(Float64Array.of(1))).toBeUndefined();
    expect(powerLawFit(Float64Array.of(1, 1, 1))).toBeUndefined();
    expect(powerLawFit(Float64Array.of(1, 1e-7))).toBeUndefined();
    expect(statisticsOf(spectrumOf([0, 0], { rows: 2, columns: 2 })).powerLawAlpha).toBeUndefined();
  });

  it('counts equal eigenvalues from the first of them on', () => {
    // λ = 4, 1, 1 with x_min = 1: α = 1 + 3/ln 4.
    const fit = powerLawFit(Float64Array.of(1, 0.5, 0.5))!;
    expect(fit.alpha).toBeCloseTo(1 + 3 / Math.log(4), 12);
    expect([fit.tail, fit.scaledXmin]).toEqual([3, 0.25]);
  });

  it('keeps α and D, and moves x_min by the square, when the matrix is scaled', () => {
    const values = [5, 3, 2, 1.5, 1.1, 1, 0.4];
    const of = (scale: number) =>
      statisticsOf(
        spectrumOf(
          values.map((value) => scale * value),
          { rows: 7, columns: 7 },
        ),
      );
    const [one, large] = [of(1), of(1e3)];
    expect(large.powerLawAlpha).toBeCloseTo(one.powerLawAlpha!, 10);
    expect(large.powerLawD).toBeCloseTo(one.powerLawD!, 10);
    expect(large.powerLawXmin! / one.powerLawXmin!).toBeCloseTo(1e6, 3);
  });

  it('leaves out what is beyond the range of numbers', () => {
    const found = statisticsOf(spectrumOf([1e200, 1e199, 1e198], { rows: 3, columns: 3 }));
    expect(found.powerLawXmin).toBeUndefined();
    expect(Number.isFinite(found.powerLawAlpha)).toBe(true);
  });
});
