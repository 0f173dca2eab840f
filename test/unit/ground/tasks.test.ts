import { afterEach, describe, expect, it, vi } from 'vitest';
import { runTasks, type Task, type TaskStep } from '../../../extension/engine/ground/work/tasks.js';
import { WorkClock } from '../../../extension/engine/ground/work/workClock.js';

afterEach(() => vi.restoreAllMocks());

/** Runs tasks of `chunks` chunks of some milliseconds; answers whose chunks ran, in order. `focus` has how many ran. */
const orderOf = async (
  kinds: readonly { name: string; chunks: number; ms: number; turns?: boolean; topic?: Task['topic'] }[],
  focus: (ran: number) => Task['topic'] = () => 'overview',
): Promise<string[]> => {
  const order: string[] = [];
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  async function* steps(name: string, chunks: number, ms: number): AsyncGenerator<TaskStep, void> {
    for (let chunk = 1; chunk <= chunks; chunk++) {
      now += ms;
      order.push(name);
      yield { fraction: chunk / chunks, text: name };
    }
  }
  const clock = new WorkClock<Task>();
  const tasks = kinds.map(({ name, chunks, ms, turns = false, topic = 'overview' }) => ({
    topic,
    takesTurns: turns,
    parts: [{ kind: name, expected: chunks * ms }],
    steps: steps(name, chunks, ms),
  }));
  for (const task of tasks) clock.add(task, task.parts);
  const signal = new AbortController().signal;
  await runTasks(tasks, { clock, signal, onProgress: () => undefined, focus: () => focus(order.length) });
  return order;
};

describe('tasks', () => {
  it('run one after the other', async () => {
    const kinds = [
      { name: 'a', chunks: 3, ms: 2 },
      { name: 'b', chunks: 2, ms: 2 },
    ];
    expect(await orderOf(kinds)).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(await orderOf([{ ...kinds[0]!, topic: 'spectra' }, kinds[1]!])).toEqual(['b', 'b', 'a', 'a', 'a']);
  });

  it('let the next one have as much time where they take turns', async () => {
    const order = await orderOf([
      { name: 'pass', chunks: 12, ms: 5, turns: true },
      { name: 'spectra', chunks: 2, ms: 25, topic: 'spectra' },
      { name: 'path', chunks: 1, ms: 5, topic: 'trajectory' },
    ]);
    // The second has had more after one chunk; the pass catches up before the next one, whosever it is.
    expect(order.join(' ')).toBe(
      ['pass spectra', 'pass pass pass pass pass spectra', 'pass pass pass pass pass path', 'pass'].join(' '),
    );
  });

  it('wait for one chunk of another where they take turns, however many short ones follow', async () => {
    const order = await orderOf([
      { name: 'pass', chunks: 600, ms: 100, turns: true },
      ...['spectra', 'path', 'modes', 'angles', 'farms'].map((name) => ({ name, chunks: 60, ms: 100 })),
    ]);
    const turns = order.slice(0, 600);
    expect(turns.every((name, i) => (name === 'pass') === (i % 2 === 0))).toBe(true);
    expect(order.slice(600).every((name) => name === 'pass')).toBe(true);
  });

  it('owe nothing for the time in which another was on the page', async () => {
    const kinds = [
      { name: 'pass', chunks: 8, ms: 5, turns: true },
      { name: 'spectra', chunks: 12, ms: 5, topic: 'spectra' as const },
    ];
    const order = await orderOf(kinds, (ran) => (ran < 8 ? 'spectra' : 'overview'));
    expect(order.join(' ')).toBe(
      [
        ...Array<string>(8).fill('spectra'),
        ...Array<string>(4).fill('pass spectra'),
        'pass pass pass pass',
      ].join(' '),
    );
  });

  it('take no turns on the page of another', async () => {
    const order = await orderOf(
      [
        { name: 'pass', chunks: 3, ms: 2, turns: true },
        { name: 'spectra', chunks: 3, ms: 2, topic: 'spectra' },
      ],
      () => 'spectra',
    );
    expect(order).toEqual(['spectra', 'spectra', 'spectra', 'pass', 'pass', 'pass']);
  });
});
