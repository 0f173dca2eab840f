import type { Matrix } from './matrix.js';
import { maxAbs } from './matrix.js';

/** A matrix over a power of two, so that its largest element lies near 1 and no square over- or underflows. */
export interface Scaled {
  readonly matrix: Matrix;
  /** Multiplies numbers of the scaled matrix back, exactly. */
  readonly restore: (values: Float64Array) => Float64Array;
}

/** x·2^exponent in two steps: 2^exponent alone may be out of range where the product is not. */
const timesPowerOfTwo = (data: Float64Array, exponent: number): Float64Array => {
  const half = Math.trunc(exponent / 2);
  const first = 2 ** half;
  const second = 2 ** (exponent - half);
  const result = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = data[i]! * first * second;
  return result;
};

/** Powers of two about 1 within which no square leaves the range: a copy of a large matrix costs as much as a few steps. */
const NEAR = 32;

/** The matrix must be finite. A zero matrix stays as it is, and one whose largest element is near 1. */
export const scaled = (matrix: Matrix): Scaled => {
  const largest = maxAbs(matrix.data);
  const wanted = largest === 0 ? 0 : Math.floor(Math.log2(largest));
  const exponent = Math.abs(wanted) <= NEAR ? 0 : wanted;
  return {
    matrix: exponent === 0 ? matrix : { ...matrix, data: timesPowerOfTwo(matrix.data, -exponent) },
    restore: (values) => (exponent === 0 ? values : timesPowerOfTwo(values, exponent)),
  };
};
