import type { KeptGram } from '../trajectory/groupGrams.js';

/**
 * |cos| of a window's right singular vectors v_k = Σ_i c_ki (θ_{i+1} − θ_i) with the weights at the window's
 * end, the direction of weight decay; none for vectors without coefficients.
 *
 * @param start index of the window's first update, `window` the number of updates.
 */
export const decayShares = (
  { gram, start: { products, squared } }: Pick<KeptGram, 'gram' | 'start'>,
  start: number,
  window: number,
  coefficients: readonly (readonly number[])[],
): number[] => {
  const n = gram.rows;
  const end = start + window;
  // θ_end = θ_0 + (θ_end − θ_0).
  const withEnd = (t: number): number => products[t]! + gram.data[t * n + end]!;
  const length = Math.sqrt(squared + 2 * products[end]! + gram.data[end * n + end]!);
  const along = Array.from({ length: window }, (_, i) => withEnd(start + i + 1) - withEnd(start + i));
  return coefficients
    .filter((row) => row.length > 0 && length > 0)
    .map((row) => Math.abs(row.reduce((sum, coefficient, i) => sum + coefficient * along[i]!, 0)) / length);
};
