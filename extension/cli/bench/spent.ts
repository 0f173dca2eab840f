/** What a piece of work took, in seconds. */
export interface Spent {
  readonly wall: number;
  /** Of all threads of this process: nearly independent of other load. */
  readonly processor: number;
}

export const spent = async (run: () => Promise<unknown>): Promise<Spent> => {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
};
