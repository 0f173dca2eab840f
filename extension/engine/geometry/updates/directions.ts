import { addInto, dot } from '../reconstruction/vectors.js';

/** The unit vector along Σ_i coefficients[i] · x_i, with the sign that makes its entry of largest size positive. */
export const mixedDirection = (
  coefficients: readonly number[],
  vectors: readonly Float64Array[],
): Float64Array => {
  const mixed = new Float64Array(vectors[0]!.length);
  coefficients.forEach((coefficient, i) => addInto(mixed, coefficient, vectors[i]!));
  return signed(unit(mixed));
};

/** The vector over its length; a zero vector stays. */
export const unit = (vector: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
};

/** The sum of unit directions, as a unit direction. */
export const sumDirection = (directions: readonly Float64Array[]): Float64Array => {
  const sum = new Float64Array(directions[0]!.length);
  for (const direction of directions) addInto(sum, 1, direction);
  return unit(sum);
};

/** A direction without its part along a vector: what a radial step such as weight decay explains is taken out. */
export const withoutPartAlong = (direction: Float64Array, along: Float64Array): Float64Array => {
  const axis = unit(along);
  const rest = direction.slice();
  addInto(rest, -dot(direction, axis), axis);
  return unit(rest);
};

/** x · y / (‖x‖ ‖y‖); 0 where one has no length. */
export const cosine = (x: Float64Array, y: Float64Array): number => {
  const lengths = Math.sqrt(dot(x, x) * dot(y, y));
  return lengths > 0 ? dot(x, y) / lengths : 0;
};

/** A singular vector's sign is the eigensolver's whim, so it is fixed: the entry of largest size is positive. */
const signed = (vector: Float64Array): Float64Array => {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? vector.map((value) => -value) : vector;
};
