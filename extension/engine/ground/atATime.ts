/**
 * Maps with at most `most` concurrent calls, results in order. A folder of ten thousand runs would otherwise
 * need as many open files.
 */
export const atATime = async <T, R>(
  things: readonly T[],
  most: number,
  call: (thing: T) => Promise<R>,
): Promise<R[]> => {
  const results = new Array<R>(things.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < things.length) {
      const at = next++;
      results[at] = await call(things[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, work));
  return results;
};
