/**
 * How many standard deviations of a null's draws a measured value lies above their mean; undefined where the draws do not
 * vary, or were not told. Draws are few, and far out their tails are not normal: |z| of 10 says far, not how unlikely.
 */
export const zScore = (
  measured: number | undefined,
  mean: number | undefined,
  deviation: number | undefined,
): number | undefined =>
  measured === undefined || mean === undefined || deviation === undefined || !(deviation > 0)
    ? undefined
    : (measured - mean) / deviation;
