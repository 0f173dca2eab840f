/**
 * What `start` makes of each item, in order. An item that is light is begun while the result before it is used; one that is
 * not waits until that has been used, so that two of them are never held. Whoever stops early waits for what was begun.
 * Where the next item cannot be had, the result before it comes first, then the error.
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  start: (item: Item) => Promise<Result>,
  isLight: (item: Item) => boolean,
): AsyncGenerator<Result, void> {
  let begun: Promise<Result> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let isPulling = true;
  try {
    try {
      for await (const item of items) {
        isPulling = false;
        const before = begun;
        begun = undefined;
        if (isLight(item)) {
          begun = start(item);
          // A failure is met when the result is used.
          begun.catch(() => undefined);
          if (before !== undefined) yield await before;
        } else {
          if (before !== undefined) yield await before;
          yield await start(item);
        }
        isPulling = true;
      }
    } catch (error) {
      // A result that failed is the last: what was begun behind it is not told.
      if (!isPulling) throw error;
      failure = { error };
    }
    if (begun !== undefined) yield await begun;
    if (failure !== undefined) throw failure.error;
  } finally {
    await begun?.catch(() => undefined);
  }
}
