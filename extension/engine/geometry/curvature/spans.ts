import { solvePositiveDefinite } from '../../linalg/cholesky.js';
import { zeros } from '../../linalg/matrix.js';
import { dot } from '../reconstruction/vectors.js';
import { signDirection } from './signDirections.js';

/** A subspace of parameter vectors, as far as it is asked how much of one lies in it. */
export interface Span {
  readonly dimension: number;
  /** ‖Px‖² of the orthogonal projection. */
  readonly squaredPart: (x: Float64Array) => number;
}

/** A unit vector that is zero outside `vector.length` places from `offset` on. */
export interface PlacedDirection {
  readonly offset: number;
  readonly vector: Float64Array;
}

/** The span of orthonormal directions: those of one place must be so among themselves, places must not overlap. */
export const placedSpan = (directions: readonly PlacedDirection[]): Span => ({
  dimension: directions.length,
  squaredPart: (x) =>
    directions.reduce(
      (sum, { offset, vector }) => sum + dot(x.subarray(offset, offset + vector.length), vector) ** 2,
      0,
    ),
});

/** The span of `count` sign directions in `dimensions` dimensions, which are kept as bytes. */
export const signSpan = (dimensions: number, count: number, seed: number): Span => {
  const columns = Array.from({ length: count }, (_, column) =>
    Int8Array.from(signDirection(dimensions, seed, column)),
  );
  const gram = zeros(count, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < dimensions; k++) sum += columns[i]![k]! * columns[j]![k]!;
      gram.data[i * count + j] = gram.data[j * count + i] = sum;
    }
  }
  return {
    dimension: count,
    // ‖Px‖² = yᵀ(SᵀS)⁻¹y with y = Sᵀx.
    squaredPart: (x) => {
      const y = Float64Array.from(columns, (column) => {
        let sum = 0;
        for (let k = 0; k < dimensions; k++) sum += column[k]! * x[k]!;
        return sum;
      });
      const { data } = solvePositiveDefinite(gram, { rows: count, columns: 1, data: y });
      return dot(y, data);
    },
  };
};

/** ‖Px‖/‖x‖; absent for a zero vector. */
export const capturedNorm = (x: Float64Array, span: Span): number | undefined => {
  const squared = dot(x, x);
  return squared > 0 ? Math.sqrt(span.squaredPart(x) / squared) : undefined;
};

/** What a random span of `count` of `dimensions` captures: √(E‖Px‖²)/‖x‖ = √(K/P). */
export const expectedCapture = (count: number, dimensions: number): number => Math.sqrt(count / dimensions);
