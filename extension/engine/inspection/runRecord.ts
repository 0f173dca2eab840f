import path from 'node:path';
import type { InspectRequest } from '../../contract/calls.js';
import type { ReportAddition, ReportHeader } from '../../contract/report.js';
import { reportSchemaName } from '../../contract/report.js';
import type { Metrics, RunFile } from '../../contract/run.js';
import { readMetrics } from '../training/run/metricsFile.js';
import { readRunFile, runFilePath } from '../training/run/runDirectory.js';
import { reportVersions } from '../ground/versions.js';

/** The part of a report from a run's own files. */
interface RecordedRun {
  readonly run: RunFile[];
  readonly metrics: Metrics[];
}

/**
 * The run in this folder, with its metrics; undefined if it is no run of this product or its `run.json` is
 * damaged.
 */
export const runRecordOf = async (root: string): Promise<RecordedRun | undefined> => {
  const file = await readRunFile(root).catch(() => undefined);
  return file === undefined ? undefined : { run: [file], metrics: await readMetrics(root) };
};

/** The report of a run before its first checkpoint; undefined if there is no run. */
export const startingRun = async (request: InspectRequest): Promise<ReportAddition | undefined> => {
  const record = await runRecordOf(request.path);
  const file = record?.run[0];
  if (file === undefined) return undefined;
  const { model, data } = file;
  const header: ReportHeader = {
    schema: reportSchemaName,
    source: {
      path: request.path,
      name: path.basename(request.path),
      kind: 'series',
      descriptor: { value: { model, data }, origin: 'run', path: runFilePath(request.path) },
    },
    settings: request.settings,
    versions: reportVersions(),
    created: new Date().toISOString(),
  };
  return { header, ...record };
};
