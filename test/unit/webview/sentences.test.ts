import { describe, expect, it } from 'vitest';
import type { SpectrumEntry, TrajectoryEntry } from '../../../extension/contract/report.js';
import { bytes, number, percent } from '../../../webview/words/numbers.js';
import { heatSays, spectrumSays } from '../../../webview/pages/spectra/sentences.js';
import { explainedSays, trajectorySays } from '../../../webview/pages/trajectory/sentences.js';
import { degrees, meanAngle } from '../../../webview/pages/spectra/figure.js';
import { randomAngle } from '../../../extension/engine/geometry/principalAngles.js';
import type { MatrixInfo } from '../../../webview/report/matrices.js';

const trajectory: TrajectoryEntry = {
  group: 'layer0.Q',
  parameters: 16384,
  centred: true,
  steps: [0, 100, 200],
  explained: [0.708, 0.164, 0.05],
  coordinates: [
    [1, 0],
    [0, 1],
    [-1, 0],
  ],
  residual: [
    [0.1, 0],
    [0.2, 0.1],
    [0.6, 0.529],
  ],
  null: {
    kind: 'random-walk',
    draws: 20,
    seed: 1,
    mean: [0.493, 0.2, 0.1],
    q05: [0.484, 0.19, 0.09],
    q95: [0.501, 0.21, 0.11],
  },
};

const spectrum = (step: number, singularValues: number[], above = 1): SpectrumEntry => {
  const squares = singularValues.reduce((sum, value) => sum + value * value, 0);
  return {
    step,
    tensor: 'w',
    of: 'weights',
    rows: singularValues.length,
    columns: singularValues.length,
    singularValues,
    method: 'test',
    exact: true,
    errorBound: 0,
    spectralNorm: singularValues[0]!,
    frobeniusNorm: Math.sqrt(squares),
    stableRank: squares / singularValues[0]! ** 2,
    effectiveRank: 2,
    nulls: {
      spectralNorm: { mean: 2, q05: 1, q95: 3 },
      stableRank: { mean: 2, q05: 2, q95: 2 },
      marchenkoPastur: { variance: 1, lowerEdge: 0, upperEdge: 2, above },
      shuffled: { draws: 5, seed: 1, mean: [2, 2], q05: [1, 1], q95: [3, 3] },
    },
  };
};

const matrix: MatrixInfo = {
  key: 'w',
  label: 'w',
  tensor: { name: 'w', shape: [2, 2], dtype: 'float32' },
  rows: 2,
  columns: 2,
  fused: false,
};

describe('the z of a first component', () => {
  it('is said of the walk and of decay, and not where the draws were not told or do not vary', () => {
    const told: TrajectoryEntry = {
      ...trajectory,
      null: { ...trajectory.null, deviation: [0.005, 0.01, 0.01] },
    };
    expect(trajectorySays(told)).toMatch(/distance of PC1 from the walk’s mean is 43\.$/);
    const decayNull = {
      ...{ explained: [0.758], q05: [0.7], q95: [0.8], draws: 20, seed: 1, decay: 0.1 },
      ...{ origin: 'record' as const, deviation: [0.025] },
    };
    expect(trajectorySays({ ...told, decayNull })).toMatch(
      /mean is 43, from that of decay and a walk −2\.0\.$/,
    );
    expect(trajectorySays(trajectory)).not.toContain('standard deviations');
    expect(trajectorySays({ ...told, null: { ...told.null, deviation: [0] } })).not.toContain('standard');
  });
});

describe('the sentence under a chart', () => {
  it('holds the null of a trajectory beside the share', () => {
    const says = trajectorySays(trajectory, [0, 1]);
    expect(says).toContain('70.8% of the variance; a random walk with the same step lengths 49.3%');
    expect(says).toContain('20 draws');
    expect(says).toContain('hold 87.2%');
    expect(says).toContain('52.9%');
  });

  it('holds the null that decays beside it, where the run decays', () => {
    const decayNull = {
      ...{ explained: [0.66, 0.1], q05: [0.65, 0.1], q95: [0.67, 0.1], draws: 20, seed: 1 },
      ...{ decay: 0.03, origin: 'record' as const },
    };
    expect(trajectorySays({ ...trajectory, decayNull })).toContain('walk at random hold 66% in PC1');
    expect(trajectorySays(trajectory)).not.toContain('decay');
  });

  it('speaks of squared length where rows are not centred', () => {
    expect(trajectorySays({ ...trajectory, centred: false })).toContain('of the squared length');
  });

  it('counts the components above the walk', () => {
    expect(explainedSays(trajectory)).toContain('1 of the first 3 components');
  });

  it('does not call draws of normal entries shuffles', () => {
    const entry = spectrum(10, [4, 1]);
    const shuffled = { ...entry.nulls.shuffled!, law: 'normal-entries' as const };
    const says = spectrumSays({ ...entry, nulls: { ...entry.nulls, shuffled } });
    expect(says).toContain('Normal entries of the same variance (5 draws)');
    expect(says).not.toContain('Shuffling');
    expect(spectrumSays(entry)).toContain('Shuffling the entries (5 draws)');
  });

  it('holds both nulls of a spectrum', () => {
    const says = spectrumSays(spectrum(10, [4, 1]));
    expect(says).toContain('1 of 2 singular values above the Marchenko–Pastur edge 2');
    expect(says).toContain('σ₁ is 2 times');
    expect(says).toContain('5 draws');
  });

  it('says so where the change or the matrix is zero', () => {
    expect(spectrumSays({ ...spectrum(0, [0, 0]), of: 'change' })).toContain('The change is zero');
    expect(spectrumSays(spectrum(0, [0, 0]))).toContain('The matrix is zero');
  });

  it('counts all singular values of a matrix of which only the leading ones are estimated', () => {
    const estimated = { ...spectrum(10, [4, 1]), rows: 4096, columns: 5000, exact: false };
    expect(spectrumSays(estimated)).toContain('1 of 4,096 singular values');
  });

  it('names the matrix whose rank fell most', () => {
    const rows = [
      { matrix, entries: [spectrum(0, [1, 1]), spectrum(100, [2, 1])] },
      { matrix: { ...matrix, label: 'steeper' }, entries: [spectrum(0, [1, 1]), spectrum(100, [10, 1])] },
    ];
    const says = heatSays(rows, 'stableRank', 'weights');
    expect(says).toContain('falls in 2 of 2 matrices');
    expect(says).toContain('most in steeper: 2 to 1.01');
    expect(says).toContain('shuffled entries (5 draws) steeper would have 2 at step 100');
  });
});

describe('a statistic that is a logarithm', () => {
  it('falls by its difference, as a ratio of negative numbers says nothing', () => {
    const at = (step: number, weightedAlpha: number) => ({ ...spectrum(step, [2, 1]), weightedAlpha });
    const rows = [
      { matrix, entries: [at(0, -1), at(100, -3)] },
      { matrix: { ...matrix, label: 'less' }, entries: [at(0, 2), at(100, 1)] },
    ];
    expect(heatSays(rows, 'weightedAlpha', 'weights')).toContain(
      'falls in 2 of 2 matrices from step 0 to 100, most in w: −1 to −3',
    );
  });
});

describe('angles between subspaces', () => {
  it('puts random k-dimensional subspaces of n dimensions at cos² = k ⁄ n', () => {
    expect(degrees(randomAngle(64, 128))).toBeCloseTo(45, 10);
    expect(meanAngle([Math.PI / 4, Math.PI / 4])).toBeCloseTo(45, 10);
    expect(meanAngle([0, 0])).toBeCloseTo(0, 6);
  });
});

describe('numbers as people read them', () => {
  it('never rounds a fraction below one to 100 %', () => {
    for (const fraction of [0.994, 0.9951, 0.9994, 0.99996]) expect(percent(fraction)).not.toBe('100%');
  });

  it('writes powers of ten', () => {
    expect(number(6.78e-15)).toBe('6.78 × 10⁻¹⁵');
    expect(number(12.345)).toBe('12.3');
  });

  it('counts bytes in thousands', () => {
    expect(bytes(1_180_000)).toBe('1.18 MB');
  });
});
