import { availableParallelism } from 'node:os';
import type { ProviderName } from '../../contract/run.js';
import { chooseProvider } from '../runtime/providers.js';

/** How the runs of a sweep share a machine: so many at once, each with so many threads; absent: all. */
export interface SideBySide {
  readonly jobs: number;
  readonly threads?: number;
}

/**
 * Several small models train faster side by side, on a thread each, than one after the other on all cores: their products
 * are too small to share (`bench sweep`). One device has room for one run at a time.
 *
 * @param asked runs at once, where the user says so.
 */
export const sideBySide = async (
  provider: ProviderName,
  runs: number,
  asked: number | undefined,
): Promise<SideBySide> => {
  const cores = availableParallelism();
  const jobs = Math.max(1, Math.min(runs, asked ?? ((await isProcessor(provider)) ? cores : 1)));
  return jobs === 1 ? { jobs } : { jobs, threads: Math.max(1, Math.floor(cores / jobs)) };
};

const isProcessor = async (provider: ProviderName): Promise<boolean> =>
  (provider === 'auto' ? (await chooseProvider(provider)).name : provider) === 'cpu';
