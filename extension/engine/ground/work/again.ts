import { setTimeout } from 'node:timers/promises';

/** A repeated action, one call at a time. */
export interface Again {
  /** Starts no further call; resolves when the current one has ended. */
  end(): Promise<void>;
}

/** Calls `act` repeatedly, `everyMs` after each end, until ended; `act` must not throw. */
export const again = (everyMs: number, act: () => Promise<void>): Again => {
  const stop = new AbortController();
  const { signal } = stop;
  const going = (async () => {
    for (;;) {
      await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await act();
    }
  })();
  return {
    end: () => {
      stop.abort();
      return going;
    },
  };
};
