import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Leased } from '../../../extension/host/processes/lease.js';

describe('a process on lease', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const leased = () => {
    const ended: number[] = [];
    let made = 0;
    const lease = new Leased(() => {
      const id = ++made;
      return { id, kill: () => void ended.push(id) };
    }, 5000);
    return { lease, ended };
  };

  it('is made once for several users and ended a while after the last has left', () => {
    const { lease, ended } = leased();
    lease.retain();
    lease.retain();
    expect(lease.get()).toBe(lease.get());
    lease.release();
    vi.advanceTimersByTime(60_000);
    expect(ended).toEqual([]);
    lease.release();
    vi.advanceTimersByTime(4999);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ended).toEqual([1]);
  });

  it('stays for a user who comes in time', () => {
    const { lease, ended } = leased();
    lease.retain();
    lease.get();
    lease.release();
    vi.advanceTimersByTime(4000);
    lease.retain();
    vi.advanceTimersByTime(60_000);
    expect(ended).toEqual([]);
    expect(lease.get().id).toBe(1);
  });

  it('is made anew when it ended by itself', () => {
    const { lease } = leased();
    lease.retain();
    lease.forget(lease.get());
    expect(lease.running).toBeUndefined();
    expect(lease.get().id).toBe(2);
  });
});
