import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inPhases } from '../../../extension/engine/ground/work/phases.js';
import type { TaskStep } from '../../../extension/engine/ground/work/tasks.js';
import { WorkClock } from '../../../extension/engine/ground/work/workClock.js';

/** Works off tasks one after the other in equal pieces, and says of each moment how the estimate was. */
const ratios = (tasks: readonly { readonly expected: number; readonly takes: number }[]): number[] => {
  const clock = new WorkClock<number>();
  tasks.forEach(({ expected }, i) => clock.add(i, [{ kind: `work ${i}`, expected }]));
  const whole = tasks.reduce((sum, { takes }) => sum + takes, 0);
  const pieces = 20;
  let worked = 0;
  const found: number[] = [];
  tasks.forEach(({ takes }, i) => {
    for (let piece = 1; piece <= pieces; piece++) {
      clock.worked(i, takes / pieces, piece / pieces);
      worked += takes / pieces;
      if (worked > 0.2 * whole && worked < 0.9 * whole) found.push(clock.msLeft / (whole - worked));
    }
  });
  return found;
};

describe('the clock of tasks of unlike cost', () => {
  it('says what is left where the machine is as many times slower in all of them', () => {
    for (const slower of [0.3, 1, 5]) {
      const tasks = [50, 2000, 300, 9000].map((expected) => ({ expected, takes: slower * expected }));
      for (const ratio of ratios(tasks)) expect(Math.abs(ratio - 1)).toBeLessThan(0.2);
    }
  });

  it('follows the own pace of a task that was expected to cost a tenth', () => {
    const found = ratios([{ expected: 1000, takes: 10_000 }]);
    for (const ratio of found.slice(4)) expect(Math.abs(ratio - 1)).toBeLessThan(0.35);
  });

  it('knows from one task what another of the same kind of work takes', () => {
    const clock = new WorkClock<string>();
    clock.add('first', [
      { kind: 'reading', expected: 2000 },
      { kind: 'evaluations', expected: 2000 },
    ]);
    clock.add('second', [
      { kind: 'reading', expected: 3000 },
      { kind: 'evaluations', expected: 3000 },
    ]);
    // Reading takes as long as expected, evaluations five times as long.
    clock.worked('first', 2000, 0.5);
    clock.worked('first', 10_000, 1);
    const truth = 3000 + 5 * 3000;
    expect(clock.msLeft / truth).toBeGreaterThan(0.8);
    expect(clock.msLeft / truth).toBeLessThan(1.25);
    // A piece that reaches over the end of a part counts for both.
    clock.worked('second', 3000 + 5 * 1500, 0.75);
    expect(clock.msLeft / (5 * 1500)).toBeGreaterThan(0.8);
    expect(clock.msLeft / (5 * 1500)).toBeLessThan(1.25);
  });

  it('does not take one kind that costs twenty times what was expected for the pace of all', () => {
    const clock = new WorkClock<string>();
    for (const kind of ['paths', 'spectra', 'angles']) clock.add(kind, [{ kind, expected: 1000 }]);
    clock.worked('spectra', 1000, 1);
    clock.worked('paths', 20_000, 1);
    expect(clock.msLeft).toBeLessThan(5000);
  });

  it('counts later tasks from the beginning, and its fraction never goes back', () => {
    const clock = new WorkClock<string>();
    clock.add('first', [{ kind: 'first', expected: 1000 }]);
    clock.add('later', [{ kind: 'later', expected: 3000 }]);
    clock.worked('first', 1000, 1);
    expect(clock.fraction).toBeCloseTo(0.25, 1);
    clock.add('asked for', [{ kind: 'later', expected: 4000 }]);
    expect(clock.fraction).toBeCloseTo(0.25, 1);
    clock.worked('later', 3000, 1);
    clock.worked('asked for', 4000, 1);
    expect(clock.fraction).toBe(1);
    expect(clock.msLeft).toBe(0);
  });

  it('holds for any reports', () => {
    const report = fc.record({
      task: fc.nat(3),
      ms: fc.double({ min: 0, max: 1e5, noNaN: true }),
      fraction: fc.double({ min: -1, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(report), (reports) => {
        const clock = new WorkClock<number>();
        const tasks = [1, 10, 100].map((expected) =>
          ['a', 'b', 'a'].map((kind, i) => ({ kind, expected: i * expected })),
        );
        for (const [task, parts] of tasks.entries()) clock.add(task, parts);
        let before = 0;
        return reports.every(({ task, ms, fraction }) => {
          clock.worked(task, ms, fraction);
          const now = clock.fraction;
          const holds = now >= before && now <= 1 && clock.msLeft >= 0 && Number.isFinite(clock.msLeft);
          before = now;
          return holds;
        });
      }),
    );
  });
});

describe('parts of one task', () => {
  it('are as much of it as they are expected to cost', async () => {
    async function* half(text: string): AsyncGenerator<TaskStep, void> {
      await Promise.resolve();
      yield { fraction: 0.5, text };
      yield { fraction: 1, text };
    }
    const seen: TaskStep[] = [];
    const phases = [
      { expected: 1, steps: () => half('a') },
      { expected: 3, steps: () => half('b') },
    ];
    for await (const step of inPhases(phases)) seen.push(step);
    expect(seen.map(({ fraction }) => fraction)).toEqual([0.125, 0.25, 0.625, 1]);
  });
});
