import { pauseFor } from '../../ground/work/pause.js';
import { seededRandom } from '../../ground/seededRandom.js';
import { addInto, dot } from './vectors.js';

export interface RandomDirectionsOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/**
 * `count` orthonormal directions, uniform on the sphere of so many dimensions: Gaussian vectors made orthogonal one after
 * the other. The same seed gives the same directions.
 * @throws GeometryError `cancelled` after the signal.
 */
export const randomDirections = async (
  dimensions: number,
  count: number,
  { seed, signal }: RandomDirectionsOptions,
): Promise<Float64Array[]> => {
  const random = seededRandom(seed);
  const pause = pauseFor(signal);
  const directions: Float64Array[] = [];
  for (let i = 0; i < Math.min(count, dimensions); i++) {
    const direction = new Float64Array(dimensions);
    for (let k = 0; k < dimensions; k++) direction[k] = random.normal();
    // Twice is enough: what one pass leaves is rounding.
    for (let pass = 0; pass < 2; pass++) {
      await pause();
      removeSpan(direction, directions);
    }
    const length = Math.sqrt(dot(direction, direction));
    for (let k = 0; k < dimensions; k++) direction[k]! /= length;
    directions.push(direction);
  }
  return directions;
};

/** Σ_i (v_i · x) v_i for orthonormal directions: the part of `x` in their span. */
export const partInSpan = (x: Float64Array, directions: readonly Float64Array[]): Float64Array => {
  const part = new Float64Array(x.length);
  for (const direction of directions) addInto(part, dot(x, direction), direction);
  return part;
};

const removeSpan = (x: Float64Array, directions: readonly Float64Array[]): void => {
  for (const direction of directions) addInto(x, -dot(x, direction), direction);
};
