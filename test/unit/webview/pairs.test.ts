import { describe, expect, it } from 'vitest';
import type { Report } from '../../../extension/contract/report.js';
import { hasUnmirrored, ofPairs } from '../../../webview/pages/reconstruction/pairs.js';

const report = {
  reconstructions: [
    {
      ...{ method: 'trajectory-pca', of: 'change', scope: 'all', matrices: [], fullRank: 2 },
      baseline: { testAccuracy: { add: 1 }, testAccuracyUnmirrored: { add: 0.9 } },
      points: [
        {
          ...{ rank: 1, energy: 0.5, relativeError: 0.7 },
          testAccuracy: { add: 0.4 },
          testAccuracyUnmirrored: { add: 0.15 },
        },
        { rank: 2, energy: 1, relativeError: 0 },
      ],
    },
  ],
  controls: [
    {
      ...{ kind: 'random-walk', fullRank: 2 },
      points: [
        { rank: 1, energy: 0.5, testAccuracy: { add: 0.1 } },
        { rank: 2, energy: 1, testAccuracy: { add: 1 }, testAccuracyUnmirrored: { add: 0.9 } },
      ],
    },
  ],
} as unknown as Report;

describe('accuracies of pairs without a trained mirror', () => {
  it('take the place of those of all test pairs, and nothing else changes', () => {
    const { reconstructions, controls } = ofPairs(report, 'unmirrored');
    expect(reconstructions[0]!.baseline).toEqual({ testAccuracy: { add: 0.9 } });
    expect(reconstructions[0]!.points).toEqual([
      { rank: 1, energy: 0.5, relativeError: 0.7, testAccuracy: { add: 0.15 } },
      { rank: 2, energy: 1, relativeError: 0 },
    ]);
    expect(controls[0]!.points).toEqual([{ rank: 2, energy: 1, testAccuracy: { add: 0.9 } }]);
    expect(ofPairs(report, 'test')).toBe(report);
  });

  it('are offered where they were measured', () => {
    expect(hasUnmirrored(report)).toBe(true);
    expect(hasUnmirrored({ ...report, reconstructions: [] })).toBe(false);
  });
});
