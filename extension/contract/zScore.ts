/**
 * The distance of a measured value above the mean of a null's draws, in standard deviations; undefined if the
 * draws do not vary or are unknown. Draws are few and their tails not normal: |z| of 10 means far, not how
 * unlikely.
 */
export const zScore = (
  measured: number | undefined,
  mean: number | undefined,
  deviation: number | undefined,
): number | undefined =>
  measured === undefined || mean === undefined || deviation === undefined || !(deviation > 0)
    ? undefined
    : (measured - mean) / deviation;
