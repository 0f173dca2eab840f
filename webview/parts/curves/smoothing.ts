/**
 * An exponential moving average without a bias to zero at the start: the weights of the values so far are
 * normalised to one, as in TensorBoard's smoothing.
 * @param weight of the past, from 0 (none) to below 1.
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
