import type { Scale } from './figure.js';

/** Indices and values of a spectrum that a log axis can show; rounding leaves values around 1e-17. */
export function visible(
  values: readonly number[],
  scale: Scale,
): { readonly x: number[]; readonly y: number[] } {
  const floor = scale === 'log' ? 1e-12 * (values[0] ?? 0) : -Infinity;
  const x: number[] = [];
  const y: number[] = [];
  values.forEach((value, index) => {
    if (value > floor) {
      x.push(index + 1);
      y.push(value);
    }
  });
  return { x, y };
}
