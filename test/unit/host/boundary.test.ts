import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  callsOver,
  receiveEvents,
  serveCalls,
  type CallSchemas,
  type EventSchemas,
} from '../../../extension/contract/boundary.js';
import type { Reply } from '../../../extension/contract/calls.js';
import { GeometryError } from '../../../extension/contract/errors.js';

interface Halving {
  half(value: number): Promise<Reply<number>>;
}
const schemas: CallSchemas<Halving> = { half: { args: v.tuple([v.number()]), value: v.number() } };

const serve = (half: (value: number) => unknown) =>
  serveCalls<Halving>(schemas, { half: (value) => Promise.resolve(half(value) as Reply<number>) });

describe('a boundary between processes', () => {
  const served = serve((value) => ({ ok: true, value: value / 2 }));
  const post = (method: string, args: readonly unknown[]) => Promise.resolve(served[method]!(...args));

  it('carries calls and their values', async () => {
    expect(await callsOver(schemas, post).half(3)).toEqual({ ok: true, value: 1.5 });
  });

  it('refuses arguments that do not fit, without running the method', async () => {
    const reply = await callsOver(schemas, post).half('3' as unknown as number);
    expect(reply).toMatchObject({ ok: false, error: { code: 'protocol' } });
  });

  it('refuses a reply that does not fit', async () => {
    const calls = callsOver(schemas, () => Promise.resolve({ ok: true, value: 'much' }));
    expect(await calls.half(1)).toMatchObject({ ok: false, error: { code: 'protocol' } });
  });

  it('gives what is thrown as an error value, with its code', async () => {
    const failing = serve(() => {
      throw new GeometryError('too-large', 'Too large to halve.');
    });
    const calls = callsOver(schemas, (method, args) => Promise.resolve(failing[method]!(...args)));
    expect(await calls.half(1)).toEqual({
      ok: false,
      error: { code: 'too-large', message: 'Too large to halve.' },
    });
  });

  it('answers that the process died when nothing can be posted', async () => {
    const calls = callsOver(schemas, () => Promise.reject(new Error('closed')));
    expect(await calls.half(1)).toMatchObject({ ok: false, error: { code: 'process-died' } });
  });

  it('gives events that fit to their handler, and others to the one who refuses', () => {
    const [seen, refused]: [number[], string[]] = [[], []];
    const eventSchemas: EventSchemas<{ tick(n: number): void }> = { tick: v.tuple([v.number()]) };
    const receive = receiveEvents(eventSchemas, { tick: (n) => seen.push(n) }, (error) =>
      refused.push(error.code),
    );
    receive.tick!(1);
    receive.tick!('two');
    expect(seen).toEqual([1]);
    expect(refused).toEqual(['protocol']);
  });
});
