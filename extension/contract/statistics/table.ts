import { bulk } from './bulk.js';
import { norms } from './norms.js';
import { powerLaw } from './powerLaw.js';
import { ranks } from './ranks.js';
import type { Spectrum, Statistic, StatisticTable } from './statistic.js';

/**
 * The statistics of a spectrum. The report's keys and their validation, the nulls, the page, the heat map, the
 * terminal, hovers, tooltips, the tree, the CSV file and the cache map over these rows. To add one, add a row
 * to the file of its kind; a new kind is a new file of rows.
 *
 * The null of a statistic is computed per shuffle of the entries: its mean and 5 % and 95 % quantiles over the
 * draws are under the same key in `nulls`. It is not the statistic of the mean shuffled spectrum.
 */
export const statistics = [...norms, ...ranks, ...bulk, ...powerLaw];

export type StatisticKey = (typeof statistics)[number]['key'];
export const statisticKeys: readonly StatisticKey[] = statistics.map(({ key }) => key);

/** The norms exist for every spectrum; any other statistic may be absent. */
export type StatisticValues = { readonly [K in StatisticKey]?: number } & {
  readonly spectralNorm: number;
  readonly frobeniusNorm: number;
  readonly nuclearNorm: number;
};

/** Scale-free statistics by the values over the largest, which spectra of c·W share ({@link scaledSpectrum}). */
const scaleFree = new WeakMap<Float64Array, Map<string, number | undefined>>();

const valueOf = ({ key, value, isScaleFree }: Statistic, spectrum: Spectrum): number | undefined => {
  if (isScaleFree !== true) return value(spectrum);
  const known = scaleFree.get(spectrum.scaled) ?? new Map<string, number | undefined>();
  scaleFree.set(spectrum.scaled, known);
  if (!known.has(key)) known.set(key, value(spectrum));
  return known.get(key);
};

/** All statistics that exist for one whole spectrum. */
export const statisticsOf = (spectrum: Spectrum): StatisticValues =>
  Object.fromEntries(
    statistics.flatMap((row) => {
      const found = valueOf(row, spectrum);
      // Powers of very large weights overflow.
      return found === undefined || !Number.isFinite(found) ? [] : [[row.key, found]];
    }),
  ) as unknown as StatisticValues;

/** The statistics that a compact table shows. */
export const statisticsIn = (table: StatisticTable): readonly Statistic<StatisticKey>[] =>
  statistics.filter(({ tables }) => tables.includes(table));
