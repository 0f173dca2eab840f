import { expect, it } from 'vitest';
import { inTurn } from '../../../extension/engine/ground/work/inTurn.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs the calls of one owner one after the other, also behind one that failed, and those of others beside them', async () => {
  const events: string[] = [];
  const call =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      events.push(`begin ${name}`);
      for (let turn = 0; turn < 3; turn++) await later();
      events.push(`end ${name}`);
      if (fails) throw new Error(name);
      return name;
    };
  const [one, other] = [{}, {}];
  const results = await Promise.allSettled([
    inTurn(one, call('a', true)),
    inTurn(one, call('b')),
    inTurn(other, call('c')),
    inTurn(undefined, call('d')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(events.indexOf('begin b')).toBeGreaterThan(events.indexOf('end a'));
  for (const beside of ['c', 'd'])
    expect(events.indexOf(`begin ${beside}`)).toBeLessThan(events.indexOf('end a'));
});
