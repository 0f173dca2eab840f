import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { CachedStatistics } from '../../contract/calls.js';
import type { InspectSettings, Report, ReportAddition, SpectrumEntry } from '../../contract/report.js';
import { cachedStatisticsSchema } from '../../contract/callSchemas.js';
import { reportAdditionSchema } from '../../contract/report.js';
import { statisticKeys } from '../../contract/statistics/table.js';
import { removeLeftovers, writeAtomically } from '../../disk/atomicFile.js';
import { makeFolder } from '../../disk/folders.js';
import { limits, readText } from '../../disk/regularFile.js';
import type { FileIdentity } from '../../disk/fileIdentity.js';
import { otherFilesSchema, withoutStale, type OtherFiles } from './otherFiles.js';
import { productVersion } from '../ground/versions.js';

/** The cache key of a report. */
export interface ReportKey {
  readonly files: readonly FileIdentity[];
  readonly settings: InspectSettings;
  /** The descriptor as text, if one is used: accuracies depend on it. */
  readonly descriptor?: string;
}

const reportFile = (folder: string, key: ReportKey): string =>
  join(folder, `report-${digest([productVersion, key.files, key.settings, key.descriptor ?? ''])}.json`);
const statisticsFile = (folder: string, file: FileIdentity): string =>
  join(folder, `statistics-${digest([productVersion, file])}.json`);

const digest = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/**
 * The complete report of exactly these files, settings and version, without results whose additional files have
 * changed; undefined if the cache has no valid one.
 */
export const readReport = async (folder: string, key: ReportKey): Promise<ReportAddition | undefined> => {
  const parsed = v.safeParse(keptSchema, await readJson(reportFile(folder, key)));
  if (!parsed.success || parsed.output.report.header === undefined) return undefined;
  return withoutStale(parsed.output.report, parsed.output.others);
};

/** A report, and the additional files that its results depend on. */
const keptSchema = v.object({ report: reportAdditionSchema, others: v.array(otherFilesSchema) });
export type KeptReport = Readonly<{ report: ReportAddition; others: readonly OtherFiles[] }>;

/** Several windows write here: temporary files of this age belong to a killed process. */
const LEFTOVER_MS = 3_600_000;

/** Saves a complete report, and the rank statistics of each file for hovers. */
export const writeReport = async (
  folder: string,
  key: ReportKey,
  kept: KeptReport,
  report: Report,
): Promise<void> => {
  await makeFolder(folder);
  await removeLeftovers(folder, LEFTOVER_MS);
  await writeAtomically(reportFile(folder, key), JSON.stringify(kept));
  const byPath = new Map(key.files.map((file) => [file.path, file]));
  for (const { step, files } of report.checkpoints) {
    const statistics = report.spectra.filter((s) => s.step === step && s.of === 'weights').map(cachedOf);
    for (const { path } of statistics.length > 0 ? files : []) {
      const file = byPath.get(path);
      if (file) await writeAtomically(statisticsFile(folder, file), JSON.stringify(statistics));
    }
  }
};

const cachedOf = ({
  tensor,
  part,
  rows,
  columns,
  exact,
  nulls,
  ...entry
}: SpectrumEntry): CachedStatistics => {
  const known = statisticKeys.filter((key) => entry[key] !== undefined);
  const tested = statisticKeys.filter((key) => nulls[key] !== undefined);
  return {
    ...{ tensor, rows, columns, exact, spectralNorm: entry.spectralNorm, frobeniusNorm: entry.frobeniusNorm },
    ...(part === undefined ? {} : { part }),
    ...Object.fromEntries(known.map((key) => [key, entry[key]])),
    nulls: Object.fromEntries(tested.map((key) => [key, nulls[key]])),
  };
};

const statisticsSchema = v.array(cachedStatisticsSchema);

/** Rank statistics that an earlier inspection cached for exactly this file; empty if there are none. */
export const readStatistics = async (
  folder: string,
  file: FileIdentity,
): Promise<readonly CachedStatistics[]> => {
  const parsed = v.safeParse(statisticsSchema, await readJson(statisticsFile(folder, file)));
  return parsed.success ? parsed.output : [];
};

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readText(path, limits.results)) as unknown;
  } catch {
    // Absent or damaged: computed again.
    return undefined;
  }
};
