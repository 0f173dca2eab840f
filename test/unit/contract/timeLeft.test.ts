import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationText, TimeLeft } from '../../../extension/contract/timeLeft.js';

describe('the time left of a task', () => {
  it('is what a steady pace needs for the rest, the dear moments in it', () => {
    const task = new TimeLeft();
    // 100 steps a second, and every tenth report an evaluation of half a second.
    let at = 0;
    for (let done = 0; done <= 500; done += 10) {
      task.report(done / 1000, at);
      at += 100 + (done % 100 === 0 ? 500 : 0);
    }
    const whole = 100 * 100 + 10 * 500;
    expect(task.left(at)! / (whole / 2)).toBeGreaterThan(0.85);
    expect(task.left(at)! / (whole / 2)).toBeLessThan(1.15);
  });

  it('follows a task that becomes slower', () => {
    const task = new TimeLeft();
    let at = 0;
    for (let done = 0; done < 0.8; done += 0.01) {
      task.report(done, at);
      at += done < 0.3 ? 100 : 400;
    }
    expect(task.left(at)!).toBeGreaterThan(0.8 * 0.2 * 40_000);
  });

  it('is unknown at first, after a rest, and of a task that does not move', () => {
    const task = new TimeLeft();
    expect(task.left(0)).toBeUndefined();
    task.report(0, 0);
    task.report(0.5, 10_000);
    expect(task.left(10_000)).toBe(10_000);
    task.rest();
    expect(task.left(10_000)).toBeUndefined();
  });

  it('never goes back in what is done, whatever is reported', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (reports) => {
        const task = new TimeLeft();
        const seen = reports.map((done, index) => {
          task.report(done, 1000 * index);
          return task.fraction;
        });
        return seen.every((fraction, index) => index === 0 || fraction >= seen[index - 1]!);
      }),
    );
  });

  it('is said in one unit, in no more digits than an estimate has', () => {
    const said = [4200, 42_000, 59_900, 150_000, 3_600_000, 5_500_000, 50_000_000];
    expect(said.map((ms) => durationText(ms, 'en'))).toEqual([
      '4 sec',
      '40 sec',
      '1 min',
      '3 min',
      '1 hr',
      '1 hr 30 min',
      '14 hr',
    ]);
  });
});
