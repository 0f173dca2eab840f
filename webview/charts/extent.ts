export interface Extent {
  readonly low: number;
  readonly high: number;
}

/**
 * Minimum and maximum; `low` is above `high` if there are no values. A loop, because a spectrum or a run has
 * more values than a call takes arguments.
 */
export function extent(values: Iterable<number>): Extent {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}
