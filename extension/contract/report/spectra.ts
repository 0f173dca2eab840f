import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { statisticKeys, type StatisticKey } from '../statistics/table.js';
import { section } from './section.js';

/**
 * Marchenko–Pastur: the singular values of a matrix of independent entries of this variance lie within the
 * edges.
 */
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
   * Present if the draws are normal matrices of the same size, mean square and sum instead of shuffles. Their
   * spectra follow the same law (within 1 % of σ₁).
   */
  law: v.optional(v.literal('normal-entries')),
  /** Per index: mean, 5 % and 95 % quantiles over the draws; minimum and maximum for fewer than 20 draws. */
  mean: numbers,
  q05: numbers,
  q95: numbers,
});

/**
 * A statistic over the draws of the null: its own mean and quantiles (range for fewer than 20 draws), not those
 * of a mean spectrum.
 */
export const statisticNullSchema = v.object({ mean: finite, q05: finite, q95: finite });
export type StatisticNull = v.InferOutput<typeof statisticNullSchema>;

/** One entry per key of the table of statistics. `fromEntries` loses the names' types, hence the cast. */
const byStatistic = <S extends v.GenericSchema>(
  schema: S,
): { readonly [K in StatisticKey]: v.OptionalSchema<S, undefined> } =>
  Object.fromEntries(statisticKeys.map((key) => [key, v.optional(schema)])) as {
    [K in StatisticKey]: v.OptionalSchema<S, undefined>;
  };
/** Absent if a statistic does not exist or is not estimated. Every spectrum has these norms. */
export const statisticSchemas = { ...byStatistic(finite), spectralNorm: finite, frobeniusNorm: finite };
export const nullSchemas = byStatistic(statisticNullSchema);

export const spectrumEntrySchema = v.object({
  step: finite,
  tensor: v.string(),
  part: v.optional(v.string()),
  of: v.picklist(['weights', 'change']),
  rows: count,
  columns: count,
  /** Descending. All min(m, n) if exact; the leading ones if estimated. */
  singularValues: numbers,
  /** The method, in words; `exact` says whether they are exact. */
  method: v.string(),
  exact: v.boolean(),
  /** Absolute bound on the error of each singular value. */
  errorBound: finite,
  ...statisticSchemas,
  /** Intervals of estimated quantities, name → [low, high]; `method` gives their probability. */
  intervals: v.optional(v.record(v.string(), v.tuple([finite, finite]))),
  /** Null of each statistic, by its key; `shuffled` has the number of draws. */
  nulls: v.object({
    ...nullSchemas,
    marchenkoPastur: v.optional(marchenkoPasturSchema),
    shuffled: v.optional(shuffledSpectrumSchema),
  }),
});
export type SpectrumEntry = v.InferOutput<typeof spectrumEntrySchema>;

export const spectra = section(spectrumEntrySchema, (e) => `${e.step}|${e.tensor}|${e.part ?? ''}|${e.of}`);
