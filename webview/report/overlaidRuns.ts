import type { Report, SpectrumEntry } from '../../extension/contract/report.js';
import { matrixKey } from '../../extension/contract/matrixKey.js';

/** One run with its spectra, by matrix, in the order of the steps. */
export interface OverlaidRun {
  readonly name: string;
  readonly path: string;
  readonly of: (matrix: string, side: SpectrumEntry['of']) => readonly SpectrumEntry[];
}

/** The inspected run first, then the others; equal names are distinguished by their folders. */
export function overlaidRuns({
  source,
  spectra,
  runSpectra,
}: Pick<Report, 'source' | 'spectra' | 'runSpectra'>): OverlaidRun[] {
  const runs = new Map<string, { name: string; path: string; entries: SpectrumEntry[] }>();
  runs.set('', { name: source.name, path: source.path, entries: [...spectra] });
  for (const { run, path, spectrum } of runSpectra) {
    const key = `${path} ${run}`;
    const known = runs.get(key) ?? { name: run, path, entries: [] };
    known.entries.push(spectrum);
    runs.set(key, known);
  }
  const names = [...runs.values()].map(({ name }) => name);
  return [...runs.values()].map(({ name, path, entries }) => {
    const byMatrix = new Map<string, SpectrumEntry[]>();
    for (const entry of entries) {
      const key = `${entry.of} ${matrixKey(entry)}`;
      byMatrix.set(key, [...(byMatrix.get(key) ?? []), entry]);
    }
    for (const list of byMatrix.values()) list.sort((a, b) => a.step - b.step);
    const isAmbiguous = names.filter((one) => one === name).length > 1;
    return {
      name: isAmbiguous ? `${name} (${path})` : name,
      path,
      of: (matrix, side) => byMatrix.get(`${side} ${matrix}`) ?? [],
    };
  });
}
