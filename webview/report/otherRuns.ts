import { sectionNames, type Report, type RunResult } from '../../extension/contract/report.js';

/** Another run's report, as far as it was computed for the overlay. */
export interface OtherRun {
  readonly name: string;
  readonly report: Report;
}

/** The other runs in the order of the report; equal names are distinguished by their folders. */
export function otherRuns(report: Report): OtherRun[] {
  const byRun = new Map<string, RunResult[]>();
  for (const result of report.runResults) {
    const key = `${result.path} ${result.run}`;
    byRun.set(key, [...(byRun.get(key) ?? []), result]);
  }
  const all = [...byRun.values()];
  const names = [report.source.name, ...all.map(([first]) => first!.run)];
  return all.map((results) => {
    const { run, path } = results[0]!;
    const isAmbiguous = names.filter((name) => name === run).length > 1;
    return { name: isAmbiguous ? `${run} (${path})` : run, report: reportOf(report, run, path, results) };
  });
}

/** The model is the same; the grok step is the other run's own, which its report lacks. */
function reportOf(report: Report, name: string, path: string, results: readonly RunResult[]): Report {
  const source = { ...report.source, name, path };
  delete source.grokStep;
  const none = Object.fromEntries(sectionNames.map((section) => [section, [] as unknown[]]));
  for (const { section, entry } of results) none[section]!.push(entry);
  return { ...report, ...none, source };
}
