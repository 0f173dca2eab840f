import { describe, expect, it } from 'vitest';
import { ahead } from '../../../extension/engine/ground/work/ahead.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Items 0, 1, … that take half of the room, the named ones all of it; what happens is written down. */
const recorded = (count: number, heavy: readonly number[] = [], failing?: number) => {
  const events: string[] = [];
  async function* items(): AsyncGenerator<number> {
    for (let item = 0; item < count; item++) {
      await later();
      yield item;
    }
  }
  const results = ahead(
    items(),
    async (item) => {
      events.push(`start ${item}`);
      for (let turn = 0; turn < 3; turn++) await later();
      if (item === failing) throw new Error(`item ${item} failed`);
      events.push(`end ${item}`);
      return item;
    },
    (item) => (heavy.includes(item) ? 1 : 0.5),
  );
  return { events, results };
};

describe('ahead', () => {
  it('begins an item while the result before it is used, and keeps the order', async () => {
    const { events, results } = recorded(3);
    for await (const result of results) {
      events.push(`use ${result}`);
      for (let turn = 0; turn < 5; turn++) await later();
      events.push(`used ${result}`);
    }
    expect(events.filter((event) => event.startsWith('use '))).toEqual(['use 0', 'use 1', 'use 2']);
    for (const item of [1, 2]) {
      expect(events.indexOf(`start ${item}`)).toBeLessThan(events.indexOf(`used ${item - 1}`));
      expect(events.indexOf(`end ${item}`)).toBeLessThan(events.indexOf(`used ${item - 1}`));
    }
    // Never two ahead.
    expect(events.indexOf('start 2')).toBeGreaterThan(events.indexOf('used 0'));
  });

  it('holds a heavy item alone', async () => {
    const { events, results } = recorded(4, [1, 2]);
    for await (const result of results) events.push(`used ${result}`);
    expect(events).toEqual([
      ...['start 0', 'end 0', 'used 0'],
      ...['start 1', 'end 1', 'used 1'],
      ...['start 2', 'end 2', 'used 2'],
      ...['start 3', 'end 3', 'used 3'],
    ]);
  });

  it('begins more than two where they take little, and asks for the next while half of the room is free', async () => {
    const most = async (share: number): Promise<number> => {
      let [now, largest] = [0, 0];
      async function* items(): AsyncGenerator<number> {
        for (let item = 0; item < 12; item++) {
          await later();
          yield item;
        }
      }
      const results = ahead(
        items(),
        async (item) => {
          largest = Math.max(largest, ++now);
          for (let turn = 0; turn < 20; turn++) await later();
          now--;
          return item;
        },
        () => share,
      );
      const order: number[] = [];
      for await (const result of results) order.push(result);
      expect(order).toEqual(Array.from({ length: 12 }, (_, item) => item));
      return largest;
    };
    expect([await most(0.01), await most(0.2), await most(0.3), await most(0.5), await most(0.6)]).toEqual([
      4, 3, 2, 2, 1,
    ]);
  });

  it('gives a result that is there while the next item is fetched', async () => {
    let hand: (() => void) | undefined;
    async function* items(): AsyncGenerator<number> {
      yield 0;
      await new Promise<void>((resolve) => (hand = resolve));
      yield 1;
    }
    const results = ahead(
      items(),
      (item) => Promise.resolve(item),
      () => 0.1,
    );
    expect((await results.next()).value).toBe(0);
    hand!();
    expect((await results.next()).value).toBe(1);
    expect((await results.next()).done).toBe(true);
  });

  it('begins an item that comes while a result is used', async () => {
    const { events, results } = recorded(2);
    for await (const result of results) {
      if (result === 0) for (let turn = 0; turn < 9; turn++) await later();
      events.push(`used ${result}`);
    }
    expect(events.indexOf('end 1')).toBeLessThan(events.indexOf('used 0'));
  });

  it('throws the failure of an item when its turn comes, after the results before it', async () => {
    const { results } = recorded(3, [], 1);
    expect(await results.next()).toEqual({ done: false, value: 0 });
    await expect(results.next()).rejects.toThrow('item 1 failed');
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it('gives what was begun before an item that cannot be had, then the error', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      yield 2;
      await later();
      throw new Error('no third item');
    }
    for (const share of [0.2, 0.5, 1, 3]) {
      const results = ahead(
        broken(),
        async (item) => {
          await later();
          return item;
        },
        () => share,
      );
      expect([await results.next(), await results.next()].map(({ value }) => value)).toEqual([1, 2]);
      await expect(results.next()).rejects.toThrow('no third item');
      expect(await results.next()).toEqual({ done: true, value: undefined });
    }
    const failing = ahead(
      broken(),
      (item) => (item === 2 ? Promise.reject(new Error('item 2 failed')) : Promise.resolve(item)),
      () => 0.5,
    );
    expect((await failing.next()).value).toBe(1);
    await expect(failing.next()).rejects.toThrow('item 2 failed');
  });

  it('waits for what was begun when it is left early, and hides its failure', async () => {
    const { events, results } = recorded(4, [], 1);
    for await (const result of results) if (result === 0) break;
    const after = [...events];
    await later();
    await later();
    expect(events).toEqual(after);
    expect(events).toEqual(['start 0', 'start 1', 'end 0']);
  });

  it('gives nothing for no items', async () => {
    expect((await recorded(0).results.next()).done).toBe(true);
  });
});
