import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../extension/contract/calls.js';
import { GeometryError } from '../../../extension/contract/errors.js';
import type { RunFile } from '../../../extension/contract/run.js';
import { RunQueue } from '../../../extension/queue/runQueue.js';
import { longestFirst, sharersOf, threadsOf } from '../../../extension/queue/sharing.js';
import { config, requestOf, runFile, settled, ToyLauncher } from './toyLauncher.js';

const queueOf = (launcher: ToyLauncher, others?: () => number) => {
  const queue = new RunQueue({ launcher, cores: 8, ...(others ? { others } : {}) });
  const ends: [string, Reply<RunFile>][] = [];
  const add = (folder: string, resume = false): boolean =>
    queue.add({
      folder,
      begin: () => ({ request: requestOf(folder, resume ? { resume } : {}), events: {} }),
      ended: (outcome) => void ends.push([folder, outcome]),
    });
  return { queue, ends, add };
};

const finished: Reply<RunFile> = { ok: true, value: runFile('finished') };
const died: Reply<RunFile> = { ok: false, error: { code: 'process-died', message: 'It died.' } };

describe('the queue of runs', () => {
  it('starts as many as there are places for, and the next when one has ended', async () => {
    const launcher = new ToyLauncher(2);
    const { queue, ends, add } = queueOf(launcher);
    for (const folder of ['a', 'b', 'c', 'd']) add(folder);
    expect(launcher.folders).toEqual(['a', 'b']);
    expect([queue.isAtWork('a'), queue.isWaiting('c')]).toEqual([true, true]);
    launcher.started[1]!.end(finished);
    await settled();
    expect(launcher.folders).toEqual(['a', 'b', 'c']);
    expect(ends).toEqual([['b', finished]]);
  });

  it('tells the launcher how many are to be at work, before the first of them begins', async () => {
    const launcher = new ToyLauncher(2);
    const { queue } = queueOf(launcher);
    let told!: () => void;
    const runs = ['a', 'b', 'c'].map((folder) => ({
      folder,
      begin: () => ({ request: requestOf(folder), events: {} }),
      ended: () => new Promise<void>((resolve) => (told = resolve)),
    }));
    queue.addAll(runs);
    expect(launcher.expected[0]).toBe(2);
    expect(launcher.expected.at(-1)).toBe(2);
    // While an end is told its place is not free: the other does not wait for who comes after.
    launcher.started[0]!.end(finished);
    await settled();
    expect(launcher.expected.at(-1)).toBe(1);
    told();
    await settled();
    expect(launcher.folders).toEqual(['a', 'b', 'c']);
    expect(launcher.expected.at(-1)).toBe(2);
    launcher.started[1]!.end(finished);
    await settled();
    expect(launcher.expected.at(-1)).toBe(1);
  });

  it('goes on with the others when the process of one dies', async () => {
    const launcher = new ToyLauncher();
    const { queue, ends, add } = queueOf(launcher);
    add('a');
    add('b');
    launcher.started[0]!.end(died);
    await settled();
    launcher.started[1]!.end(finished);
    await queue.idle();
    expect(ends).toEqual([
      ['a', died],
      ['b', finished],
    ]);
  });

  it('takes a folder once: not while it waits, nor while it is at work', async () => {
    const launcher = new ToyLauncher();
    const { add } = queueOf(launcher);
    expect([add('a'), add('a'), add('b'), add('b')]).toEqual([true, false, true, false]);
    launcher.started[0]!.end(finished);
    await settled();
    expect(add('a')).toBe(true);
  });

  it('takes back one that waits, and asks one that is at work', () => {
    const launcher = new ToyLauncher();
    const { queue, add } = queueOf(launcher);
    add('a');
    add('b');
    expect([queue.takeBack('b'), queue.takeBack('a'), queue.takeBack('c')]).toEqual([true, false, false]);
    queue.pause('a');
    queue.resume('a');
    queue.stop('a');
    expect(launcher.started[0]!.asked).toEqual(['pause', 'resume', 'stop']);
  });

  it('stops a run that is asked to stop before it has begun, and a run that cannot begin has ended', async () => {
    const launcher = new ToyLauncher();
    const queue = new RunQueue({ launcher });
    const ends: Reply<RunFile>[] = [];
    const ended = (outcome: Reply<RunFile>) => void ends.push(outcome);
    queue.add({
      folder: 'slow',
      begin: async () => {
        await settled();
        return { request: requestOf('slow'), events: {} };
      },
      ended,
    });
    queue.stop('slow');
    await settled();
    await settled();
    expect(launcher.started[0]!.asked).toEqual(['stop']);
    launcher.started[0]!.end(finished);
    await queue.idle();
    queue.add({
      folder: 'refused',
      begin: () => {
        throw new GeometryError('invalid-argument', 'Another run is there.');
      },
      ended,
    });
    await queue.idle();
    expect(ends[1]).toMatchObject({ ok: false, error: { code: 'invalid-argument' } });
  });

  it('leaves places to runs that others have at work', () => {
    let others = 1;
    const launcher = new ToyLauncher(2);
    const { queue, add } = queueOf(launcher, () => others);
    add('a');
    add('b');
    expect(launcher.folders).toEqual(['a']);
    others = 0;
    queue.next();
    expect(launcher.folders).toEqual(['a', 'b']);
  });

  it('lets go of all, and then starts nothing and tells of no end', async () => {
    const launcher = new ToyLauncher();
    const { queue, ends, add } = queueOf(launcher);
    add('a');
    add('b');
    queue.leave();
    expect(launcher.started[0]!.asked).toEqual(['leave']);
    launcher.started[0]!.end(undefined);
    await settled();
    expect([launcher.folders, ends]).toEqual([['a'], []]);
  });

  it('is idle when all have ended or were stopped', async () => {
    const launcher = new ToyLauncher();
    const { queue, add } = queueOf(launcher);
    await queue.idle();
    add('a');
    add('b');
    let isIdle = false;
    void queue.idle().then(() => (isIdle = true));
    queue.stopAll();
    await settled();
    expect(isIdle).toBe(false);
    launcher.started[0]!.end({ ok: true, value: runFile('stopped') });
    await settled();
    expect([isIdle, launcher.folders]).toEqual([true, ['a']]);
  });
});

describe('cores', () => {
  it('are divided between the runs at once; one alone and one that goes on have their own', () => {
    const launcher = new ToyLauncher(2);
    const { add } = queueOf(launcher);
    add('a');
    add('b', true);
    expect(launcher.started.map(({ request }) => request.threads)).toEqual([4, undefined]);
    expect(threadsOf({}, 1, 8)).toEqual({});
    expect(threadsOf({}, 16, 8)).toEqual({ threads: 1 });
  });

  it('go to a run by how many are active at the middle of its expected time', () => {
    // The long run is alone at its middle; the short ones share with it.
    expect(sharersOf([10, 2, 2], 2)).toEqual([1, 2, 2]);
    expect(sharersOf([5, 5, 5], 2)).toEqual([2, 2, 1]);
    expect(sharersOf([1, 1, 1, 1], 16)).toEqual([4, 4, 4, 4]);
    expect(
      sharersOf(
        Array.from({ length: 20 }, () => 3),
        16,
      ),
    ).toEqual([...Array.from({ length: 16 }, () => 16), ...Array.from({ length: 4 }, () => 4)]);
    expect(sharersOf([7, 3, 1], 1)).toEqual([1, 1, 1]);
    expect(sharersOf([], 2)).toEqual([]);
  });

  it('are never more than there are, over all plans of up to six runs', () => {
    for (let plan = 0; plan < 3 ** 6; plan++) {
      const work = Array.from({ length: 6 }, (_, at) => 1 + (Math.floor(plan / 3 ** at) % 3));
      const sharers = sharersOf(work, 3);
      for (const count of sharers) expect(count).toBeGreaterThanOrEqual(1);
      for (const count of sharers) expect(count).toBeLessThanOrEqual(3);
    }
  });

  it('are a run’s share by its plan, not by the places', () => {
    const launcher = new ToyLauncher(2);
    const { queue } = queueOf(launcher);
    const run = (folder: string, sharers: number) => ({
      ...{
        folder,
        sharers,
        begin: () => ({ request: requestOf(folder), events: {} }),
        ended: () => undefined,
      },
    });
    queue.addAll([run('long', 1), run('short', 2)]);
    expect(launcher.started.map(({ request }) => request.threads)).toEqual([undefined, 4]);
  });

  it('are given to the longest runs first, else in the order that was asked for', () => {
    const runs = [
      { name: 'short', maxSteps: 10 },
      { name: 'long', maxSteps: 1000 },
      { name: 'short too', maxSteps: 10 },
    ];
    const order = longestFirst(runs, ({ maxSteps }) => ({ ...config, maxSteps }));
    expect(order.map(({ name }) => name)).toEqual(['long', 'short', 'short too']);
  });
});
