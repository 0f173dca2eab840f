import type { Histogram } from '../../extension/contract/report.js';

/** Values beyond the bins of a histogram. */
export const beyond = ({ below = 0, above = 0 }: Histogram): number => below + above;

/** All values that were counted, in the bins and beyond. */
export const countOf = (histogram: Histogram): number =>
  histogram.counts.reduce((sum, count) => sum + count, beyond(histogram));
