import { addInto, dot } from '../reconstruction/vectors.js';
import { signDirection } from './signDirections.js';

/** Orthonormal directions in the space of parameter vectors. */
export type Basis = readonly Float64Array[];

/** Directions shorter than this share of their own length after projection lie in the span of those before. */
const DEPENDENT = 1e-12;

/**
 * An orthonormal basis of the directions' span, by Gram–Schmidt, twice over; directions that lie in the span of those
 * before them are left out.
 */
export const orthonormalised = (directions: readonly Float64Array[]): Basis => {
  const basis: Float64Array[] = [];
  for (const direction of directions) {
    const found = direction.slice();
    const before = Math.sqrt(dot(found, found));
    // Twice is enough: what one pass leaves is rounding.
    for (let pass = 0; pass < 2; pass++) for (const known of basis) addInto(found, -dot(found, known), known);
    const length = Math.sqrt(dot(found, found));
    if (length <= DEPENDENT * before) continue;
    for (let i = 0; i < found.length; i++) found[i]! /= length;
    basis.push(found);
  }
  return basis;
};

/** A basis of `count` sign directions. */
export const signBasis = (dimensions: number, count: number, seed: number): Basis =>
  orthonormalised(Array.from({ length: count }, (_, column) => signDirection(dimensions, seed, column)));

/** ‖Bᵀx‖/‖x‖, the share of a vector's length inside a span; absent for a zero vector. */
export const capturedNorm = (x: Float64Array, basis: Basis): number | undefined => {
  const length = Math.sqrt(dot(x, x));
  if (length === 0) return undefined;
  return Math.sqrt(basis.reduce((sum, direction) => sum + dot(x, direction) ** 2, 0)) / length;
};

/** What a random span of `count` of `dimensions` captures: √(E‖Bᵀx‖²)/‖x‖ = √(K/P). */
export const expectedCapture = (count: number, dimensions: number): number => Math.sqrt(count / dimensions);
