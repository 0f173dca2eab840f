/** Results that are begun before they are used, at most. */
const MOST = 4;

interface Begun<Result> {
  readonly result: Promise<Result>;
  readonly share: number;
}

/**
 * What `start` makes of each item, in order. Items are begun while the results before them are used, as long as their shares
 * of the room sum to at most 1; one that takes more is begun alone. The next item is only asked for while half of the room is
 * free: it may hold as much as it will take. Whoever stops early waits for what was begun. Where the next item cannot be had,
 * the results before it come first, then the error.
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  start: (item: Item) => Promise<Result>,
  shareOf: (item: Item) => number,
): AsyncGenerator<Result, void> {
  const source = items[Symbol.asyncIterator]();
  const begun: Begun<Result>[] = [];
  const taken = (): number => begun.reduce((sum, { share }) => sum + share, 0);
  const end: { isReached: boolean; failure?: { readonly error: unknown } } = { isReached: false };
  const next = async (): Promise<IteratorResult<Item, unknown>> => {
    const found: IteratorResult<Item, unknown> = await source.next().catch((error: unknown) => {
      end.failure = { error };
      return { done: true, value: undefined };
    });
    end.isReached = found.done === true;
    return found;
  };
  try {
    for (;;) {
      if (!end.isReached && begun.length < MOST && taken() <= 0.5) {
        const found = await next();
        if (found.done === true) continue;
        const share = shareOf(found.value);
        while (begun.length > 0 && taken() + share > 1) yield await begun.shift()!.result;
        const result = start(found.value);
        // A failure is met when the result is used.
        result.catch(() => undefined);
        begun.push({ result, share });
      } else if (begun.length > 0) {
        yield await begun.shift()!.result;
      } else break;
    }
    if (end.failure !== undefined) throw end.failure.error;
  } finally {
    await Promise.allSettled(begun.map(({ result }) => result));
    if (!end.isReached) await source.return?.();
  }
}
