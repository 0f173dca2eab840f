import { describe, expect, it } from 'vitest';
import type { ControlEntry, ReconstructionEntry } from '../../../extension/contract/report.js';
import { kStar, rankForEnergy, shareOfBaseline } from '../../../webview/pages/reconstruction/rankNeeded.js';
import { accuracyFigure } from '../../../webview/pages/reconstruction/figure.js';
import { accuracySays, energySays, errorSays } from '../../../webview/pages/reconstruction/sentences.js';

/** The figures that PyTorch gave for data/torch-add-seed42 (expected.json, `reconstruction`). */
const measured: Record<string, { fullRank: number; accuracy: Record<number, number> }> = {
  'trajectory-pca': {
    fullRank: 35,
    accuracy: { 1: 0.0159, 2: 0.1549, 3: 0.7991, 4: 0.9972, 5: 0.9974, 8: 0.9998 },
  },
  'per-matrix-svd': {
    fullRank: 128,
    accuracy: { 64: 0.031, 80: 0.2272, 96: 0.7634, 112: 0.9926, 128: 1 },
  },
};
const entry = (method: keyof typeof measured, scale = 1): ReconstructionEntry => ({
  method: method as ReconstructionEntry['method'],
  of: 'change',
  scope: 'all',
  matrices: [],
  fullRank: measured[method]!.fullRank,
  baseline: { testAccuracy: { add: scale } },
  points: Object.entries(measured[method]!.accuracy)
    .map(([rank, accuracy]) => ({
      rank: Number(rank),
      energy: Number(rank) / measured[method]!.fullRank,
      relativeError: 0,
      testAccuracy: { add: accuracy * scale },
    }))
    .reverse(),
});

describe('k* (2602.18649, section 2)', () => {
  it('is 4 trajectory components and rank 112 of 128 for the addition run', () => {
    expect(kStar(entry('trajectory-pca'), 0.95)).toEqual({ from: 4, to: 4 });
    expect(kStar(entry('per-matrix-svd'), 0.95)).toEqual({ from: 97, to: 112 });
  });

  it('is relative to the baseline of the model', () => {
    expect(kStar(entry('trajectory-pca', 0.5), 0.95)?.to).toBe(4);
  });

  it('asks every task to reach its own baseline', () => {
    expect(shareOfBaseline({ add: 1, mul: 0.4 }, { add: 1, mul: 0.8 })).toBe(0.5);
    expect(shareOfBaseline({ add: 1 }, { add: 1, mul: 0.8 })).toBeUndefined();
  });

  it('does not exist where no measured rank reaches the share', () => {
    expect(
      kStar({ ...entry('trajectory-pca'), points: entry('trajectory-pca').points.slice(-2) }, 0.95),
    ).toBe(undefined);
  });

  it('goes by energy of the whole spectrum where that is known, not by the rungs measured', () => {
    const energies = Array.from({ length: 128 }, (_, i) => (i + 1) / 128);
    expect(rankForEnergy({ ...entry('per-matrix-svd'), energies }, 0.55)).toEqual({ from: 71, to: 71 });
  });

  it('goes by energy at the smallest measured rank that keeps it', () => {
    expect(rankForEnergy(entry('per-matrix-svd'), 0.5)).toEqual({ from: 1, to: 64 });
    expect(rankForEnergy(entry('per-matrix-svd'), 0.51)).toEqual({ from: 65, to: 80 });
  });

  it('is not drawn or said of a model that only guesses', () => {
    const guessing = [entry('trajectory-pca', 1 / 97)];
    expect(accuracySays(guessing, 'add', 0.95, 1 / 97, [])).toMatch(/no more than chance \(1%\)/);
    const marks = (chance: number) =>
      accuracyFigure({ entries: guessing, task: 'add', scale: 'log', chance })!.marks!.filter(
        ({ across }) => across === 'x',
      );
    expect(marks(1 / 97)).toEqual([]);
    expect(marks(1 / 1000)).toHaveLength(1);
  });

  it('is said with the chance level in the same sentence', () => {
    const says = accuracySays([entry('per-matrix-svd'), entry('trajectory-pca')], 'add', 0.95, 1 / 97, []);
    expect(says).toContain('trajectory PCA needs rank 4 of 35');
    expect(says).toContain('per-matrix SVD needs rank 97 to 112 of 128');
    expect(says).toContain('chance is 1%');
    expect(says.split('. ')).toHaveLength(1);
  });

  it('is said beside what walks to the same end need', () => {
    const walk = (kind: ControlEntry['kind'], accuracyFrom: number): ControlEntry => ({
      ...{ kind, fullRank: 35 },
      points: Array.from({ length: 30 }, (_, i) => ({
        rank: i + 1,
        energy: 1 - 0.2 / (i + 1),
        testAccuracy: { add: i + 1 >= accuracyFrom ? 1 : 0.01 },
      })),
    });
    const walks = [walk('random-walk', 15), walk('decay-walk', 31)];
    const entries = [entry('trajectory-pca'), entry('per-matrix-svd')];
    expect(accuracySays(entries, 'add', 0.95, 1 / 97, walks)).toContain(
      'trajectory PCA needs rank 4 of 35 (11.4%; walk 15, decay and walk >30)',
    );
    expect(energySays(entries, 0.2, walks)).toContain('; walk 1, decay and walk 1)');
    // Walks leave √(0.2 / 8) at rank 8, the last measured below half of 35; the other method is not held against them.
    const ascending = entries.map((one) => ({ ...one, points: [...one.points].reverse() }));
    expect(errorSays(ascending, walks)).toContain('trajectory PCA (walk 0.158, decay and walk 0.158)');
    expect(errorSays(ascending, walks)).not.toContain('per-matrix SVD (');
  });
});
