const ends = new WeakMap<object, Promise<unknown>>();

/** Calls of one owner, one at a time: each begins when those before it have ended, however they ended. Without an owner, at once. */
export const inTurn = <Result>(owner: object | undefined, call: () => Promise<Result>): Promise<Result> => {
  if (owner === undefined) return call();
  const result = (ends.get(owner) ?? Promise.resolve()).then(call);
  const ignore = (): void => undefined;
  ends.set(owner, result.then(ignore, ignore));
  return result;
};
