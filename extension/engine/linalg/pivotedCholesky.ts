import type { Matrix } from './matrix.js';

/** Share of the trace that a factor may leave out: what rounding has put there. */
const ROUNDING = 2 ** -50;

/**
 * F with F·Fᵀ = A for a positive semidefinite A (n × n) whose rank is at most `mostColumns`: Cholesky with the largest
 * remaining diagonal element first (Higham 1990). It ends where the rest's trace is within rounding of A's, so F has as
 * many columns as A has numerical rank, and n·rank² multiply-adds take the place of n³.
 */
export const pivotedCholesky = ({ rows: n, data }: Matrix, mostColumns: number): Matrix => {
  const rest = Float64Array.from({ length: n }, (_, i) => Math.max(0, data[i * n + i]!));
  const trace = rest.reduce((sum, value) => sum + value, 0);
  const columns: Float64Array[] = [];
  while (columns.length < Math.min(mostColumns, n)) {
    const pivot = largestAt(rest);
    if (rest[pivot]! * n <= ROUNDING * trace) break;
    const column = data.slice(pivot * n, (pivot + 1) * n);
    for (const earlier of columns) {
      const factor = earlier[pivot]!;
      for (let i = 0; i < n; i++) column[i]! -= factor * earlier[i]!;
    }
    const root = Math.sqrt(rest[pivot]!);
    for (let i = 0; i < n; i++) {
      // Rows that were pivots have nothing left: what stands there is rounding.
      column[i] = rest[i]! > 0 ? column[i]! / root : 0;
      rest[i] = Math.max(0, rest[i]! - column[i]! * column[i]!);
    }
    rest[pivot] = 0;
    columns.push(column);
  }
  const factor = new Float64Array(n * columns.length);
  columns.forEach((column, j) => column.forEach((value, i) => (factor[i * columns.length + j] = value)));
  return { rows: n, columns: columns.length, data: factor };
};

const largestAt = (values: Float64Array): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};
