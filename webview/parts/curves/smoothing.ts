/**
 * An exponential moving average whose start is not pulled to zero: the weights of the values so far are scaled to one, as
 * TensorBoard's smoothing does.
 * @param weight of what came before, from 0 (none) to below 1.
 */
export const smoothed = (values: readonly number[], weight: number): number[] => {
  let sum = 0;
  let mass = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return sum / mass;
  });
};
