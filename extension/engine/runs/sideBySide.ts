import { availableParallelism } from 'node:os';
import type { ProviderName, RunConfig } from '../../contract/run.js';
import { chooseProvider } from '../runtime/providers.js';
import { fastestRows } from './rowsOnDevice.js';

/** How the runs of a sweep share a machine: so many at once. */
export interface SideBySide {
  readonly jobs: number;
  /** Of each; absent: all. */
  readonly threads?: number;
  /** In one process, runs of one shape as rows of one graph; else in a process each. */
  readonly asRows?: boolean;
}

/** What the user says of it. */
export interface AskedSharing {
  readonly jobs?: number | undefined;
  readonly asRows?: boolean;
}

/**
 * On a processor several small models train fastest in a process each, on a thread each: their products are too small to
 * share (`bench sweep` measures the three ways). A device is one: runs of one shape go through one graph there, as many
 * as a trial of a few steps finds fastest.
 */
export const sideBySide = async (
  provider: ProviderName,
  configs: readonly RunConfig[],
  { jobs: asked, asRows = false }: AskedSharing,
): Promise<SideBySide> => {
  const [first] = configs;
  if (first === undefined) return { jobs: 1 };
  const atMost = (jobs: number): number => Math.max(1, Math.min(configs.length, jobs));
  if (asRows) return { jobs: atMost(asked ?? configs.length), asRows };
  const chosen =
    provider === 'auto' ? (await chooseProvider(provider, { dtype: first.dtype })).name : provider;
  if (chosen !== 'cpu') {
    const jobs = atMost(asked ?? (await fastestRows(configs, chosen)));
    return jobs === 1 ? { jobs } : { jobs, asRows: true };
  }
  const cores = availableParallelism();
  const jobs = atMost(asked ?? cores);
  return jobs === 1 ? { jobs } : { jobs, threads: Math.max(1, Math.floor(cores / jobs)) };
};
