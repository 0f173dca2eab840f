import path from 'node:path';
import * as v from 'valibot';
import { sectionNames, type SectionName } from '../../contract/report/sections.js';
import type { Report, ReportAddition } from '../../contract/report.js';
import { fileIdentities, fileIdentitySchema } from '../../disk/fileIdentity.js';
import { requestedAnalysis } from './runAnalyses.js';

/** Additional files that a complete analysis read: a base, other runs, their metrics. */
export const otherFilesSchema = v.object({
  id: v.string(),
  sections: v.array(v.picklist(sectionNames)),
  files: v.array(fileIdentitySchema),
});
export type OtherFiles = v.InferOutput<typeof otherFilesSchema>;

/** The current identities of the additional files that each complete analysis of a report read. */
export const otherFilesOf = async (
  report: Report,
  inspected: string,
  signal: AbortSignal,
): Promise<OtherFiles[]> => {
  const found: OtherFiles[] = [];
  for (const request of report.analyses) {
    const { analysis, settings } = requestedAnalysis(request);
    if (analysis.files === undefined) continue;
    // Its own metrics are read at each inspection.
    const isOwn = (file: string): boolean => !path.relative(inspected, file).startsWith('..');
    const curves = analysis.sections.includes('curves')
      ? report.curves.map((curve) => curve.path).filter((file) => !isOwn(file))
      : [];
    const files = [...(await analysis.files(settings, signal, inspected)), ...curves];
    const sections = [...analysis.sections];
    found.push({ id: analysis.id, sections, files: await fileIdentities([...new Set(files)]) });
  }
  return found;
};

/** The report without results whose additional files have changed or are gone. */
export const withoutStale = async (
  report: ReportAddition,
  others: readonly OtherFiles[],
): Promise<ReportAddition> => {
  const stale = await Promise.all(others.map(async (one) => ((await isAsItWas(one)) ? [] : [one])));
  const ids = new Set(stale.flat().map(({ id }) => id));
  if (ids.size === 0) return report;
  const emptied = new Set<SectionName>(stale.flat().flatMap(({ sections }) => sections));
  const kept = Object.entries(report).filter(([name]) => !emptied.has(name as SectionName));
  return {
    ...Object.fromEntries(kept),
    analyses: (report.analyses ?? []).filter(({ id }) => !ids.has(id)),
  };
};

const isAsItWas = async ({ files }: OtherFiles): Promise<boolean> => {
  try {
    const now = await fileIdentities(files.map((file) => file.path));
    return now.every(
      ({ bytes, modifiedMs }, i) => bytes === files[i]!.bytes && modifiedMs === files[i]!.modifiedMs,
    );
  } catch {
    // A file is gone.
    return false;
  }
};
