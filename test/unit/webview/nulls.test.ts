import { describe, expect, it } from 'vitest';
import type { ControlEntry, ReconstructionEntry } from '../../../extension/contract/report.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { largestOfNoise } from '../../../webview/pages/modes/sentences.js';
import { energyFigure, errorFigure } from '../../../webview/pages/reconstruction/figure.js';

describe('the strongest frequency of noise', () => {
  it('has the share of the largest of independent powers', () => {
    const random = seededRandom(2);
    const count = 200;
    const trials = 2000;
    let [sum, squares] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      // The power at a frequency of white noise: the square of a complex normal number.
      const powers = Array.from({ length: count }, () => random.normal() ** 2 + random.normal() ** 2);
      const share = Math.max(...powers) / powers.reduce((total, power) => total + power, 0);
      sum += share / trials;
      squares += share ** 2 / trials;
    }
    const error = Math.sqrt((squares - sum ** 2) / trials);
    expect(Math.abs(largestOfNoise(count) - sum)).toBeLessThan(4 * error);
  });
});

describe('energy and error of a trajectory', () => {
  const testAccuracy = { add: 0.5 };
  const run: ReconstructionEntry = {
    method: 'trajectory-pca',
    of: 'change',
    scope: 'all',
    fullRank: 4,
    matrices: [],
    rank90: 1,
    rank99: 2,
    spectralEntropy: 0.5,
    points: [1, 4].map((rank) => ({ rank, energy: 1, relativeError: 0 })),
  };
  const walk: ControlEntry = {
    kind: 'random-walk',
    fullRank: 4,
    points: [
      { rank: 1, energy: 0.64, testAccuracy },
      { rank: 4, energy: 1, testAccuracy },
    ],
  };

  it('stand beside the walk to the same end', () => {
    const energy = energyFigure([run], 'linear', undefined, 'components', [walk])!;
    expect(energy.curves.at(-1)).toMatchObject({ x: [1, 4], y: [0.64, 1] });
    const error = errorFigure([run], 'linear', 'linear', 'components', [walk])!;
    expect(error.curves.at(-1)!.y[0]).toBeCloseTo(0.6, 12);
    expect(error.curves.at(-1)!.y[1]).toBe(0);
  });
});
