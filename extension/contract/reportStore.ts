import type { Report, ReportAddition, ReportHeader } from './report.js';
import { reportSections, sectionNames, type SectionName } from './report.js';

type Entry = Report[SectionName][number];

/**
 * Merges additions into a report. Entries keep the order of first arrival; an entry with a known key replaces
 * the earlier one (a refined estimate, a checkpoint that grew).
 */
export class ReportStore {
  private header: ReportHeader | undefined;
  private readonly sections = new Map<SectionName, Map<string, Entry>>(
    sectionNames.map((name) => [name, new Map()]),
  );

  add(addition: ReportAddition): void {
    if (addition.header) this.header = addition.header;
    for (const name of sectionNames) {
      const entries: readonly Entry[] = addition[name] ?? [];
      const keyOf = reportSections[name].key as (entry: Entry) => string;
      const section = this.section(name);
      for (const entry of entries) section.set(keyOf(entry), entry);
    }
  }

  /** The report so far; undefined before the header arrives. */
  report(): Report | undefined {
    if (!this.header) return undefined;
    const lists = Object.fromEntries(sectionNames.map((name) => [name, [...this.section(name).values()]]));
    return { ...this.header, ...lists } as unknown as Report;
  }

  /** Everything as one addition: for a view that joins late, and for the cache. */
  asAddition(): ReportAddition {
    const report = this.report();
    if (!report) return {};
    const { schema, source, settings, versions, created, ...lists } = report;
    return { header: { schema, source, settings, versions, created }, ...lists };
  }

  private section(name: SectionName): Map<string, Entry> {
    return this.sections.get(name)!;
  }
}
