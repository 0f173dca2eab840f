import { stat } from 'node:fs/promises';
import type { Metrics } from '../../contract/run.js';
import { metricsPath, readMetrics } from '../training/run/metricsFile.js';

/** The progress of a run's worst task. */
export interface Learnt {
  /** At the last evaluation. */
  readonly testAccuracy?: number;
  /** First evaluated step with a test accuracy of 95 %. */
  readonly generalised?: number;
}

const GENERALISED = 0.95;

export const learntFrom = (lines: readonly Metrics[]): Learnt => {
  const evaluated = lines.flatMap(({ step, testAccuracy }) =>
    testAccuracy === undefined ? [] : [{ step, accuracy: Math.min(...Object.values(testAccuracy)) }],
  );
  const last = evaluated.at(-1)?.accuracy;
  const generalised = evaluated.find(({ accuracy }) => accuracy >= GENERALISED)?.step;
  return {
    ...(last === undefined ? {} : { testAccuracy: last }),
    ...(generalised === undefined ? {} : { generalised }),
  };
};

/** By file, size and time: a sweep is reread every few seconds, and most of its runs have ended. */
const known = new Map<string, { readonly stamp: string; readonly learnt: Learnt }>();

/**
 * Read from a run's metrics; empty before there are any.
 * @throws GeometryError `unreadable`.
 */
export const learntOf = async (folder: string): Promise<Learnt> => {
  const file = metricsPath(folder);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return {};
  const stamp = `${found.size} ${found.mtimeMs}`;
  const before = known.get(file);
  if (before?.stamp === stamp) return before.learnt;
  const learnt = learntFrom(await readMetrics(folder));
  known.set(file, { stamp, learnt });
  return learnt;
};
