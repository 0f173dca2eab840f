import { setTimeout } from 'node:timers/promises';

/** Something that is done again and again, one at a time. */
export interface Again {
  /** No more begins; resolves when what was begun has ended. */
  end(): Promise<void>;
}

/** Does it `everyMs` after it was last done, until ended; `act` keeps its failures to itself. */
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
