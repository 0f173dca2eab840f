import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectSettingsSchema, type Report } from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { longSeries, longSeriesIsHere, reference } from '../references.js';

interface Fractions {
  /** PC1, and the first three together. */
  readonly measured: readonly [number, number];
  readonly walk: readonly [number, number];
  readonly decayAndWalk: readonly [number, number];
  readonly decayAndWalk_q95: number;
}
type Oracle = Readonly<Record<string, Readonly<Record<'centred' | 'uncentred', Fractions>>>>;

const oracleDraws = 100;
const draws = 20;
const firstAndThree = (explained: readonly number[]): [number, number] => [
  explained[0]!,
  explained.slice(0, 3).reduce((sum, share) => sum + share, 0),
];

describe.runIf(longSeriesIsHere)('the decay null of a series', () => {
  const wanted = JSON.parse(readFileSync(reference('oracle/decay-null.json'), 'utf8')) as Oracle;
  let report: Report;
  beforeAll(async () => {
    const store = new ReportStore();
    const control = new AbortController();
    const running = inspect(
      {
        path: longSeries,
        settings: v.parse(inspectSettingsSchema, { randomWalkDraws: draws, shuffleDraws: 1 }),
      },
      {
        signal: control.signal,
        focus: () => 'trajectory',
        onAddition: (addition) => {
          store.add(addition);
          if (store.report()?.trajectories.some(({ group }) => group === 'all')) control.abort();
        },
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    report = store.report()!;
  }, 600_000);

  it.each(Object.entries(wanted))('of %s is that of the oracle', (group, kinds) => {
    for (const [kind, of] of Object.entries(kinds)) {
      const entry = report.trajectories.find(
        (each) => each.group === group && each.centred === (kind === 'centred'),
      )!;
      firstAndThree(entry.explained).forEach((share, i) =>
        expect(Math.abs(share - of.measured[i]!)).toBeLessThan(1e-6),
      );
      const { explained, q95, decay, origin } = entry.decayNull!;
      expect([decay, origin]).toEqual([expect.closeTo(0.999 ** 3500, 12), 'record']);
      // Means of so many draws differ by their standard errors: the deviation of PC1 is its 95 % quantile's distance.
      const deviation = Math.max(
        (q95[0]! - explained[0]!) / 1.645,
        (of.decayAndWalk_q95 - of.decayAndWalk[0]) / 1.645,
      );
      const error = deviation * Math.sqrt(1 / draws + 1 / oracleDraws);
      const [first, three] = firstAndThree(explained);
      // Five digits are reported.
      expect(Math.abs(first - of.decayAndWalk[0])).toBeLessThan(4 * error + 5e-6);
      // The deviation of a sum is at most the sum of the deviations.
      const ofThree = [0, 1, 2].reduce((sum, i) => sum + (q95[i]! - explained[i]!) / 1.645, 0);
      const errorOfThree = ofThree * Math.sqrt(1 / draws + 1 / oracleDraws);
      expect(Math.abs(three - of.decayAndWalk[1])).toBeLessThan(4 * errorOfThree + 1.5e-5);
    }
  });

  it('has the shares of the change along the start that PyTorch found', () => {
    // An independent computation: .95 of everything, .51 of the first fused matrix, .90 of the first output.
    for (const [group, share] of [
      ['all', 0.95],
      ['enc.layers.0.self_attn.in_proj_weight', 0.51],
      ['layer0.O', 0.9],
    ] as const) {
      const found = report.trajectories.find((entry) => entry.group === group)!.alongStart!;
      expect(Math.abs(found.share - share), group).toBeLessThan(0.005);
      expect(found.nulls.decay).toBeGreaterThan(found.share);
      expect(found.nulls.random).toBeLessThan(1e-4);
    }
  });
});
