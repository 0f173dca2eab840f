import * as v from 'valibot';
import { count, finite, numbers } from './numbers.js';
import { section } from './section.js';

/**
 * Counts of finite values in bins of one width: bin i is [start + i·width, start + (i + 1)·width). The bins end at Tukey's
 * outer fences, three interquartile ranges beyond the quartiles, where values lie farther: those are counted alone.
 */
export const histogramSchema = v.object({
  start: finite,
  width: finite,
  counts: numbers,
  /** Values before the first bin and after the last; absent where there are none. */
  below: v.optional(count),
  above: v.optional(count),
});
export type Histogram = v.InferOutput<typeof histogramSchema>;

/**
 * The distribution of the entries of a tensor of the last checkpoint. Vectors, scalars and empty
 * tensors included.
 */
export const distributionEntrySchema = v.object({
  tensor: v.string(),
  /** Numbers read: two for each complex entry; 0 for an empty tensor. */
  elements: count,
  /** Bytes of the stored values; absent for codes whose size only the format knows. */
  bytes: v.optional(count),
  zeros: count,
  notANumber: count,
  infinite: count,
  /** Of the finite values; absent if there are none. The variance is divided by their number. */
  mean: v.optional(finite),
  sd: v.optional(finite),
  min: v.optional(finite),
  max: v.optional(finite),
  histogram: v.optional(histogramSchema),
});
export type DistributionEntry = v.InferOutput<typeof distributionEntrySchema>;

export const distributions = section(distributionEntrySchema, (e) => e.tensor);
