/** Results that are begun, the one in use among them, at most. */
const MOST = 4;

interface Begun<Result> {
  readonly result: Promise<Result>;
  readonly share: number;
  isSettled: boolean;
}

/**
 * What `start` makes of each item, in order and as soon as it is there. Items are begun while the results before them are made
 * and used, as long as their shares of the room sum to at most 1; one that takes more is begun alone. The next item is only
 * asked for while half of the room is free: it may hold as much as it will take. Whoever stops early waits for what was begun.
 * Where the next item cannot be had, the results before it come first, then the error.
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  start: (item: Item) => Promise<Result>,
  shareOf: (item: Item) => number,
): AsyncGenerator<Result, void> {
  const source = items[Symbol.asyncIterator]();
  const begun: Begun<Result>[] = [];
  const taken = (): number => begun.reduce((sum, { share }) => sum + share, 0);
  const at: {
    isEnded: boolean;
    isLeft: boolean;
    failure?: { readonly error: unknown };
    /** Asked for, and not here yet. */
    pulling?: Promise<void> | undefined;
    /** Here, and without room yet. */
    waiting?: { readonly item: Item; readonly share: number } | undefined;
  } = { isEnded: false, isLeft: false };
  const admit = (): void => {
    if (at.waiting === undefined || at.isLeft) return;
    const { item, share } = at.waiting;
    if (begun.length > 0 && taken() + share > 1) return;
    at.waiting = undefined;
    const one: Begun<Result> = { result: start(item), share, isSettled: false };
    const settle = (): void => void (one.isSettled = true);
    // A failure is met when the result is used.
    one.result.then(settle, settle);
    begun.push(one);
  };
  const pull = async (): Promise<void> => {
    try {
      const { done, value } = (await source.next()) as IteratorResult<Item, undefined>;
      if (done === true) at.isEnded = true;
      else at.waiting = { item: value, share: shareOf(value) };
      admit();
    } catch (error) {
      at.isEnded = true;
      at.failure = { error };
    }
    at.pulling = undefined;
  };
  try {
    for (;;) {
      admit();
      const isRoom = begun.length < MOST && taken() <= 0.5;
      if (!at.isEnded && at.pulling === undefined && at.waiting === undefined && isRoom) at.pulling = pull();
      const [head] = begun;
      if (head?.isSettled === true) {
        yield await head.result;
        begun.shift();
      } else if (head !== undefined || at.pulling !== undefined) {
        await Promise.race(
          [at.pulling, head?.result.catch(() => undefined)].filter((one) => one !== undefined),
        );
      } else break;
    }
    if (at.failure !== undefined) throw at.failure.error;
  } finally {
    at.isLeft = true;
    await at.pulling;
    await Promise.allSettled(begun.map(({ result }) => result));
    if (!at.isEnded) await source.return?.();
  }
}
