import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { statisticKeys, type StatisticKey } from '../statistics/table.js';
import { section } from './section.js';

/** Marchenko–Pastur: a matrix of independent entries of this variance has its singular values within the edges. */
export const marchenkoPasturSchema = v.object({
  /** Entry variance about the entry mean. */
  variance: finite,
  /** sd·(√m − √n) and sd·(√m + √n) for an m × n matrix. */
  lowerEdge: finite,
  upperEdge: finite,
  /** Number of singular values above the upper edge. */
  above: count,
});

export const shuffledSpectrumSchema = v.object({
  draws: count,
  seed: count,
  /**
   * Present where the draws are of normal entries of the same size, mean square and sum, whose spectra have the law of those
   * of the shuffles (within 1 % of σ₁), and not shuffles.
   */
  law: v.optional(v.literal('normal-entries')),
  /** Per index: mean, 5 % and 95 % quantiles over the draws; of fewer than 20 the smallest and the largest. */
  mean: numbers,
  q05: numbers,
  q95: numbers,
});

/** What a statistic is over the draws of the null: its own mean and quantiles (of fewer than 20 draws their range), not those of a mean spectrum. */
export const statisticNullSchema = v.object({ mean: finite, q05: finite, q95: finite });
export type StatisticNull = v.InferOutput<typeof statisticNullSchema>;

/** One entry for each key of the table of statistics; the names are lost to the compiler, as in every `fromEntries`. */
const byStatistic = <S extends v.GenericSchema>(
  schema: S,
): { readonly [K in StatisticKey]: v.OptionalSchema<S, undefined> } =>
  Object.fromEntries(statisticKeys.map((key) => [key, v.optional(schema)])) as {
    [K in StatisticKey]: v.OptionalSchema<S, undefined>;
  };
/** Absent where a statistic does not exist, or is not estimated; every spectrum has these norms. */
export const statisticSchemas = { ...byStatistic(finite), spectralNorm: finite, frobeniusNorm: finite };
export const nullSchemas = byStatistic(statisticNullSchema);

export const spectrumEntrySchema = v.object({
  step: finite,
  tensor: v.string(),
  part: v.optional(v.string()),
  of: v.picklist(['weights', 'change']),
  rows: count,
  columns: count,
  /** Descending. All min(m, n) of them when exact; the leading ones when estimated. */
  singularValues: numbers,
  /** How they were computed, in words; `exact` says whether they are. */
  method: v.string(),
  exact: v.boolean(),
  /** Absolute bound on the error of each singular value. */
  errorBound: finite,
  ...statisticSchemas,
  /** Intervals of estimated quantities, name → [low, high]; `method` says with what probability they hold. */
  intervals: v.optional(v.record(v.string(), v.tuple([finite, finite]))),
  /** Under each statistic's key: what it is over the shuffles, `shuffled` says of how many. */
  nulls: v.object({
    ...nullSchemas,
    marchenkoPastur: v.optional(marchenkoPasturSchema),
    shuffled: v.optional(shuffledSpectrumSchema),
  }),
});
export type SpectrumEntry = v.InferOutput<typeof spectrumEntrySchema>;

export const spectra = section(spectrumEntrySchema, (e) => `${e.step}|${e.tensor}|${e.part ?? ''}|${e.of}`);
