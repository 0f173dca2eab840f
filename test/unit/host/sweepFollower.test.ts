import { describe, expect, it } from 'vitest';
import type { Report, ReportAddition, SweepCell } from '../../../extension/contract/report.js';
import type { Place } from '../../../extension/contract/sweep.js';
import { SweepFollower } from '../../../extension/host/sweeps/sweepFollower.js';
import { pollPace } from '../../../extension/queue/pollPace.js';

const cell = { name: 'a', status: 'queued', step: 0 } as unknown as SweepCell;
const report = { sweep: [{}], sweepCells: [cell] } as unknown as Report;
const place = (own: Partial<Place>): Place => ({ name: 'a', state: 'waiting', step: 0, of: 100, ...own });

/** A window that shows one sweep, with timers that the test fires. */
const windowOf = (answers: (readonly Place[])[]) => {
  const added: ReportAddition[] = [];
  const timers: { call: () => void; ms: number }[] = [];
  const state = { shown: ['/s'] };
  let asked = 0;
  const follower = new SweepFollower({
    shown: () => state.shown,
    reportOf: () => report,
    add: (_, addition) => added.push(addition),
    places: () => Promise.resolve({ ok: true, value: answers[Math.min(asked++, answers.length - 1)]! }),
    setTimer: (call, ms) => {
      const timer = { call, ms };
      timers.push(timer);
      return { dispose: () => timers.splice(timers.indexOf(timer), 1) };
    },
  });
  const fire = async (): Promise<void> => {
    timers.shift()!.call();
    await new Promise(setImmediate);
  };
  return { follower, added, timers, state, fire, asked: () => asked };
};
const look = async ({ follower }: ReturnType<typeof windowOf>): Promise<void> => {
  follower.look();
  await new Promise(setImmediate);
};

describe('a displayed submitted sweep', () => {
  it('is followed until none of its runs waits or trains', async () => {
    const window = windowOf([
      [place({ says: 'Resources' })],
      [place({ state: 'running', node: 'n1', step: 40 })],
      [place({ state: 'finished', step: 100 })],
    ]);
    await look(window);
    await window.fire();
    await window.fire();
    expect(window.timers).toEqual([]);
    expect(
      window.added.map(({ sweepCells: [cell] = [] }) => [cell?.status, cell?.place?.state, cell?.path]),
    ).toEqual([
      ['queued', 'waiting', undefined],
      ['running', 'running', '/s/runs/a'],
      ['finished', 'finished', '/s/runs/a'],
    ]);
  });

  it('is polled less often without changes, and reports nothing twice', async () => {
    const window = windowOf([[place({})]]);
    await look(window);
    const first = window.timers[0]!.ms;
    for (let i = 0; i < 8; i++) await window.fire();
    expect(first).toBe(pollPace.first);
    expect(window.timers[0]!.ms).toBe(pollPace.most);
    expect(window.added).toHaveLength(1);
  });

  it('is not polled while hidden, and found again when its panel is opened later', async () => {
    const window = windowOf([[place({})]]);
    await look(window);
    window.state.shown = [];
    await window.fire();
    expect([window.asked(), window.timers.length]).toEqual([1, 0]);
    window.state.shown = ['/s'];
    await look(window);
    expect([window.asked(), window.timers.length, window.added.length]).toEqual([2, 1, 2]);
  });

  it('is still followed while its scheduler does not answer', async () => {
    const window = windowOf([[place({ state: 'absent', unsure: true })]]);
    await look(window);
    expect(window.timers).toHaveLength(1);
  });

  it('is polled soon after an action', async () => {
    const window = windowOf([[place({})]]);
    await look(window);
    for (let i = 0; i < 8; i++) await window.fire();
    await window.follower.ask('/s', true);
    await window.fire();
    expect(window.timers.at(-1)!.ms).toBeLessThan(pollPace.most);
  });

  it('is polled again after an action during a pending answer', async () => {
    const window = windowOf([[place({})], [place({ state: 'stopped' })]]);
    await Promise.all([window.follower.ask('/s'), window.follower.ask('/s', true)]);
    expect(window.added.at(-1)?.sweepCells?.[0]?.place?.state).toBe('stopped');
  });

  it('that was never submitted is polled once', async () => {
    const window = windowOf([[]]);
    await look(window);
    expect([window.asked(), window.timers.length, window.added.length]).toEqual([1, 0, 0]);
  });
});
