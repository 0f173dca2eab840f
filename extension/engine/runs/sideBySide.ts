import { availableParallelism } from 'node:os';
import type { ProviderName, RunConfig } from '../../contract/run.js';
import { chooseProvider } from '../runtime/providers.js';
import { fastestRows } from './rowsOnDevice.js';

/**
 * How the runs of a sweep share a machine: how many at a time, and whether in this process, as rows of one
 * graph, or in one process each.
 */
export interface Sharing {
  readonly launcher: 'here' | 'rows' | 'processes';
  readonly jobs: number;
}

/** The user's choice. */
export interface AskedSharing {
  readonly jobs?: number | undefined;
  readonly asRows?: boolean;
}

/**
 * On a processor several small models train fastest in one process and thread each: their products are too
 * small to share (`bench sweep` measures the three ways). On a device runs of one shape share one graph, as
 * many as a trial of a few steps finds fastest.
 */
export const sideBySide = async (
  provider: ProviderName,
  configs: readonly RunConfig[],
  { jobs: asked, asRows = false }: AskedSharing,
): Promise<Sharing> => {
  const [first] = configs;
  if (first === undefined) return { launcher: 'here', jobs: 1 };
  const atMost = (jobs: number): number => Math.max(1, Math.min(configs.length, jobs));
  if (asRows) return sharing('rows', atMost(asked ?? configs.length));
  const chosen =
    provider === 'auto' ? (await chooseProvider(provider, { dtype: first.dtype })).name : provider;
  if (chosen !== 'cpu') {
    const jobs = atMost(asked ?? (await fastestRows(configs, chosen)));
    return sharing('rows', jobs);
  }
  return sharing('processes', atMost(asked ?? availableParallelism()));
};

/** A single run has this process to itself. */
const sharing = (launcher: Sharing['launcher'], jobs: number): Sharing =>
  jobs === 1 ? { launcher: 'here', jobs } : { launcher, jobs };
