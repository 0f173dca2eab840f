import { stat } from 'node:fs/promises';
import type { Warning } from '../../../contract/report.js';
import type { RunConfig } from '../../../contract/run.js';
import { metricsPath, readMetricsLines } from './metricsFile.js';
import { checkpointPath } from './runDirectory.js';

const MOST_NAMED = 5;

const listed = (steps: readonly number[]): string => {
  const named = steps.slice(0, MOST_NAMED).join(', ');
  const more = steps.length - MOST_NAMED;
  return more > 0 ? `${named} and ${more} more` : named;
};

const multiplesOf = (every: number, last: number): number[] =>
  Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every);

const metricsWarnings = async (
  run: string,
  { evaluateEvery }: RunConfig,
  last: number,
): Promise<Warning[]> => {
  const file = metricsPath(run);
  const { lines, unreadable } = await readMetricsLines(run);
  const there = new Set(lines.map(({ metrics }) => metrics.step));
  const expected = multiplesOf(evaluateEvery, last);
  const missing = expected.filter((step) => !there.has(step));
  const warnings: Warning[] = [];
  if (unreadable > 0) {
    const message = `${file}: ${unreadable} ${unreadable === 1 ? 'line' : 'lines'} could not be read; left out from now on.`;
    warnings.push({ code: 'metrics-unreadable', path: file, message });
  }
  if (missing.length > 0) {
    const message = `${file}: ${missing.length} of ${expected.length} evaluations up to step ${last} are missing (steps ${listed(missing)}).`;
    warnings.push({ code: 'metrics-missing', path: file, message });
  }
  return warnings;
};

const checkpointWarnings = async (
  run: string,
  { checkpointEvery }: RunConfig,
  last: number,
): Promise<Warning[]> => {
  const expected = multiplesOf(checkpointEvery, last);
  const isThere = async (step: number): Promise<boolean> => {
    const stats = await stat(checkpointPath(run, step)).catch(() => undefined);
    return stats?.isFile() === true && stats.size > 0;
  };
  const missing: number[] = [];
  for (const step of expected) if (!(await isThere(step))) missing.push(step);
  if (missing.length === 0) return [];
  const message = `${run}: ${missing.length} of ${expected.length} checkpoints up to step ${last} are missing or empty (steps ${listed(missing)}); they are not made again.`;
  return [{ code: 'checkpoints-missing', path: run, message }];
};

/**
 * What a run that goes on from a step should have on disk and does not: lines of its metrics, checkpoints.
 * @throws GeometryError `unreadable`, `too-large` for the metrics.
 */
export const auditRun = async (run: string, config: RunConfig, step: number): Promise<Warning[]> => [
  ...(await metricsWarnings(run, config, step)),
  ...(await checkpointWarnings(run, config, step)),
];
