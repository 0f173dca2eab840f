import { describe, expect, it } from 'vitest';
import { SweepTime, type SweepTimeRun } from '../../../extension/contract/sweepTime.js';

/** Trains runs one after the other at a pace, and gives the estimate over the truth at the moments asked for. */
const ratiosAt = (
  moments: readonly number[],
  runs: readonly { readonly of: number; readonly endsAt: number; readonly costPerStep: number }[],
): number[] => {
  const time = new SweepTime();
  const msPerCost = 7;
  const whole = runs.reduce((sum, { endsAt, costPerStep }) => sum + endsAt * costPerStep * msPerCost, 0);
  const found: number[] = [];
  let at = 0;
  for (let current = 0; current < runs.length; current++) {
    const { endsAt, costPerStep } = runs[current]!;
    for (let step = 0; step <= endsAt; step += 10) {
      const rows = runs.map((run, i): SweepTimeRun => ({
        ...{ of: run.of, costPerStep: run.costPerStep },
        status: i < current ? 'finished' : i === current ? 'running' : 'queued',
        step: i < current ? run.endsAt : i === current ? step : 0,
      }));
      time.report(rows, at);
      const next = moments[found.length];
      if (next !== undefined && at >= next * whole) found.push(time.left(at)! / (whole - at));
      at += 10 * costPerStep * msPerCost;
    }
  }
  return found;
};

describe('the time left of a sweep', () => {
  it('counts the cost of a step, so that large models at the end are no surprise', () => {
    const runs = [1, 1, 8, 8].map((costPerStep) => ({ of: 1000, endsAt: 1000, costPerStep }));
    for (const ratio of ratiosAt([0.25, 0.5, 0.75], runs)) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  });

  it('expects of the runs to come what those took that met their stopping rule', () => {
    const runs = [400, 420, 380, 410, 390].map((endsAt) => ({ of: 1000, endsAt, costPerStep: 2 }));
    for (const ratio of ratiosAt([0.25, 0.5, 0.75], runs)) expect(Math.abs(ratio - 1)).toBeLessThan(0.3);
  });

  it('stays known between two runs that follow each other, and is not when the next does not begin', () => {
    const time = new SweepTime();
    const first = { of: 100, status: 'running' } as const;
    const next = { of: 100, status: 'queued', step: 0 } as const;
    time.report([{ ...first, step: 10 }, next], 0);
    time.report([{ ...first, step: 100 }, next], 9000);
    time.report([{ ...first, status: 'finished', step: 100 }, next], 9100);
    expect(time.left(9100)).toBeCloseTo(10_000, -3);
    expect(time.left(30_000)).toBeUndefined();
  });

  it('stays known while a run is silent for long', () => {
    const time = new SweepTime();
    const row = { of: 100, status: 'running' } as const;
    time.report([{ ...row, step: 10 }], 0);
    time.report([{ ...row, step: 50 }], 40_000);
    expect(time.left(60_000)).toBeCloseTo(30_000, -3);
  });

  it('is unknown while nothing trains', () => {
    const time = new SweepTime();
    const row = { of: 100, status: 'running' } as const;
    time.report([{ ...row, step: 10 }], 0);
    time.report([{ ...row, step: 50 }], 4000);
    expect(time.left(4000)).toBeCloseTo(5000, -1);
    time.report([{ ...row, status: 'paused', step: 50 }], 5000);
    expect(time.left(5000)).toBeUndefined();
  });
});
