/** A queue: each call begins when the ones before it have ended, however they ended. */
export const inTurn = (): (<Result>(call: () => Promise<Result>) => Promise<Result>) => {
  let before: Promise<unknown> = Promise.resolve();
  return (call) => {
    const result = before.then(call);
    before = result.catch(() => undefined);
    return result;
  };
};
