import { fewestForQuantiles } from '../../contract/statistics/band.js';

/** What a null's draws say about one index. */
export interface DrawSummary {
  readonly draws: number;
  /** Per index. */
  readonly mean: number[];
  /**
   * 5 % and 95 % quantiles per index, by linear interpolation between order statistics (type 7 of Hyndman and Fan,
   * NumPy's default). Of fewer than 20 draws, which have no such quantiles, the smallest and the largest.
   */
  readonly q05: number[];
  readonly q95: number[];
}

/** Quantile of ascending numbers by linear interpolation. */
export const quantile = (ascending: ArrayLike<number>, probability: number): number => {
  const position = probability * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (position - below);
};

/** 5 % and 95 % quantiles of ascending draws; the smallest and the largest of fewer than 20. */
export const bandOf = (ascending: ArrayLike<number>): { readonly q05: number; readonly q95: number } => {
  const tail = ascending.length < fewestForQuantiles ? 0 : 0.05;
  return { q05: quantile(ascending, tail), q95: quantile(ascending, 1 - tail) };
};

/** Mean and {@link bandOf} per index over draws of one length. */
export const summariseDraws = (draws: readonly ArrayLike<number>[]): DrawSummary => {
  const summary: DrawSummary = { draws: draws.length, mean: [], q05: [], q95: [] };
  const length = draws[0]?.length ?? 0;
  const column = new Float64Array(draws.length);
  for (let index = 0; index < length; index++) {
    draws.forEach((draw, at) => (column[at] = draw[index]!));
    column.sort();
    summary.mean.push(significant(column.reduce((sum, value) => sum + value, 0) / draws.length));
    const { q05, q95 } = bandOf(column);
    summary.q05.push(significant(q05));
    summary.q95.push(significant(q95));
  }
  return summary;
};

/** Standard deviation per index over draws of one length, over n − 1. */
export const deviationsOf = (draws: readonly (readonly number[])[]): number[] => {
  const n = draws.length;
  return (draws[0] ?? []).map((_, index) => {
    const mean = draws.reduce((sum, draw) => sum + draw[index]!, 0) / n;
    return significant(Math.sqrt(draws.reduce((sum, draw) => sum + (draw[index]! - mean) ** 2, 0) / (n - 1)));
  });
};

/** Five digits: a null from a few draws knows fewer, and nulls are most of a report's length. */
export const significant = (value: number): number => Number(value.toPrecision(5));
