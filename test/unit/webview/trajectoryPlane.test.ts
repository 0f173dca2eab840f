import { describe, expect, it } from 'vitest';
import type { TrajectoryEntry } from '../../../extension/contract/report.js';
import { planeFigure } from '../../../webview/pages/trajectory/figure.js';
import { trajectorySays } from '../../../webview/pages/trajectory/sentences.js';

/** A run of 3 by 2, beside a walk that is as wide and `times` as high. */
const entry = (times: number): TrajectoryEntry => ({
  ...{ group: 'all', parameters: 10, centred: true, steps: [0, 1, 2], explained: [0.8, 0.2] },
  coordinates: [
    [-1, 0],
    [0, 2],
    [2, 1],
  ],
  residual: [
    [0, 0],
    [0, 0],
    [0, 0],
  ],
  null: {
    ...{ kind: 'random-walk', draws: 2, seed: 0, mean: [0.6, 0.2], q05: [0.6, 0.2], q95: [0.6, 0.2] },
    drawn: [
      [-1, 0],
      [0, 2 * times],
      [2, times],
    ],
  },
});

describe('the trajectory beside a draw of its null', () => {
  it('leaves the axes to all curves where both can be read', () => {
    const { x, y } = planeFigure(entry(1.5), [0, 1], undefined);
    expect([x.range, y.range]).toEqual([undefined, undefined]);
    expect(trajectorySays(entry(1.5), [0, 1])).not.toContain('leaves the picture');
  });

  it('keeps the run as large as the chart where the draw is many times larger, and says so', () => {
    const { x, y, curves } = planeFigure(entry(9), [0, 1], undefined);
    expect(x.range).toBeUndefined();
    expect(y.range![0]).toBeGreaterThan(-1);
    expect(y.range![0]).toBeLessThan(0);
    expect(y.range![1]).toBeGreaterThan(2);
    expect(y.range![1]).toBeLessThan(3);
    // The draw itself is kept: its beginning lies in the picture.
    expect(curves.at(-1)!.y).toEqual([0, 18, 9]);
    expect(trajectorySays(entry(9), [0, 1])).toContain('a null’s draw spans 9 times its extent in PC2');
  });
});
