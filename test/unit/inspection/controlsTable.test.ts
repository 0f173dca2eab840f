import { describe, expect, it } from 'vitest';
import type { ControlEntry } from '../../../extension/contract/report.js';
import { controlsTable } from '../../../extension/text/controlsTable.js';

const points = (ranks: readonly number[]): ControlEntry['points'] =>
  ranks.map((rank) => ({
    rank,
    energy: 1 - 1 / (rank + 1),
    testAccuracy: { add: rank / 40, mul: rank / 20 },
  }));

describe('the controls in the terminal', () => {
  const walk: ControlEntry = {
    ...{ kind: 'random-walk', fullRank: 19, kStar95: 15, seed: 0 },
    points: points(Array.from({ length: 19 }, (_, i) => i + 1)),
  };
  const random: ControlEntry = { kind: 'random-directions', fullRank: 19, points: points([1, 3, 5, 10]) };

  it('take a row for each measure, whatever the number of ranks', () => {
    const lines = controlsTable([walk, random]).split('\n');
    expect(lines).toHaveLength(2 + 2 * 2);
    const cells = lines.map((line) => line.trim().split(/ {2,}/));
    expect(cells[0]).toEqual([
      'control',
      'share of',
      ...[1, 2, 3, 5, 10].map((rank) => `rank ${rank}`),
      'full rank',
      'k*(95)',
      'k*(99)',
    ]);
    expect(cells[2]!.slice(1, 4)).toEqual(['energy', '50.0 %', '66.7 %']);
    expect(cells[2]!.slice(-3)).toEqual(['19', '15', '>19']);
  });

  it('have the mean over the tasks, and a dash at a rank that was not tried', () => {
    const accuracies = controlsTable([random]).split('\n')[3]!.trim().split(/ {2,}/);
    // At rank 1: the mean of 1/40 and 1/20.
    expect(accuracies.slice(0, 4)).toEqual(['accuracy', '3.8 %', '–', '11.2 %']);
  });
});
