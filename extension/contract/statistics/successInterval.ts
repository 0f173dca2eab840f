/**
 * Wilson's 95 % interval of a success rate, for `successes` of `trials` (Wilson 1927): valid for few trials and
 * for rates of 0 and 1. Without trials: 0 to 1.
 */
export const successInterval = (
  successes: number,
  trials: number,
): { readonly low: number; readonly high: number } => {
  if (trials === 0) return { low: 0, high: 1 };
  const z = 1.959963984540054;
  const rate = successes / trials;
  const spread = 1 + z ** 2 / trials;
  const centre = (rate + z ** 2 / (2 * trials)) / spread;
  const half = (z / spread) * Math.sqrt((rate * (1 - rate)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
};
