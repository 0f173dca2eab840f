import { join } from 'node:path';
import type { Warning } from '../../../contract/report.js';
import { formats } from '../formats.js';
import { openCheckpoint } from '../openCheckpoint.js';
import type { SeriesEntry } from './series.js';
import { statFiles, type WeightUnit } from './seriesFolder.js';
import { stepInName } from './stepsInNames.js';

/** A checkpoint that was found, and what the names of its series have in common. */
export interface Candidate {
  readonly entry: SeriesEntry;
  readonly family: string;
  readonly warnings: readonly Warning[];
}

export const makeEntry = async (
  place: { folder: string; label: string; step: number | undefined; path: string },
  unit: WeightUnit,
): Promise<SeriesEntry> => ({
  label: place.label,
  ...(place.step === undefined ? {} : { step: place.step }),
  path: place.path,
  files: await statFiles(place.folder, unit.index === undefined ? unit.files : [unit.index, ...unit.files]),
  open: () => openCheckpoint(place.path),
});

/** A unit's own path; a set of shards without an index is opened by its folder. */
export const pathOf = (folder: string, unit: WeightUnit): string => {
  if (unit.index !== undefined) return join(folder, unit.index);
  return unit.isFolder || unit.files.length !== 1 ? folder : join(folder, unit.files[0]!);
};

export const fromUnit = async (folder: string, unit: WeightUnit): Promise<Candidate> => {
  const stepped = stepInName(unit.stem, 'file');
  const place = { folder, label: unit.stem, step: stepped?.step, path: pathOf(folder, unit) };
  const family = `${stepped?.family ?? unit.stem}${unit.ending}`;
  return { entry: await makeEntry(place, unit), family, warnings: unit.warnings };
};

const formatRank = ({ ending }: WeightUnit): number =>
  formats.findIndex(({ endings }) => endings.includes(ending));

/** The unit that stands for a folder of one checkpoint, which may hold the same weights in several formats. */
export const soleUnit = (units: readonly WeightUnit[]): WeightUnit | undefined => {
  const ranked = [...units].sort((a, b) => formatRank(a) - formatRank(b));
  const best = ranked.filter((unit) => formatRank(unit) === formatRank(ranked[0]!));
  return best.length === 1 ? best[0] : undefined;
};
