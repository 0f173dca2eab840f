/** Maximum number of points per curve: twice the columns of a chart. */
const MOST = 4000;

/**
 * The points of a long curve that a chart shows: the minimum and maximum of equal segments, in step order, so
 * that no peak is lost.
 */
export const thinned = (
  steps: readonly number[],
  values: readonly number[],
): { readonly steps: readonly number[]; readonly values: readonly number[] } => {
  if (steps.length <= MOST) return { steps, values };
  const kept = new Set<number>([0, steps.length - 1]);
  const parts = MOST / 2 - 1;
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * steps.length) / parts);
    const to = Math.floor(((part + 1) * steps.length) / parts);
    let [low, high] = [from, from];
    for (let i = from; i < to; i++) {
      if (values[i]! < values[low]!) low = i;
      if (values[i]! > values[high]!) high = i;
    }
    kept.add(low).add(high);
  }
  const places = [...kept].sort((a, b) => a - b);
  return { steps: places.map((i) => steps[i]!), values: places.map((i) => values[i]!) };
};
