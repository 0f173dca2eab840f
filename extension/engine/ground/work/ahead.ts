/**
 * What `start` makes of each item, in order. An item that is light is begun while the result before it is used; one that is
 * not waits until that has been used, so that two of them are never held. Whoever stops early waits for what was begun.
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  start: (item: Item) => Promise<Result>,
  isLight: (item: Item) => boolean,
): AsyncGenerator<Result, void> {
  let begun: Promise<Result> | undefined;
  try {
    for await (const item of items) {
      const before = begun;
      begun = undefined;
      if (!isLight(item)) {
        if (before !== undefined) yield await before;
        yield await start(item);
        continue;
      }
      begun = start(item);
      // A failure is met when the result is used.
      begun.catch(() => undefined);
      if (before !== undefined) yield await before;
    }
    const last = begun;
    begun = undefined;
    if (last !== undefined) yield await last;
  } finally {
    await begun?.catch(() => undefined);
  }
}
