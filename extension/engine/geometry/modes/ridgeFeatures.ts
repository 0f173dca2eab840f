import type { Matrix } from '../../linalg/matrix.js';
import { zeros } from '../../linalg/matrix.js';
import { bases, type BasisName } from './bases.js';

/** Frequencies of each of the two bases whose products are the cross features. */
const CROSSED = 10;

export const ridgeFeatureSets = ['add', 'mul', 'both', 'both+cross'] as const;
export type RidgeFeatureSet = (typeof ridgeFeatureSets)[number];

/**
 * Features of pairs with a, b ≥ 1 (2604.06256 §4.4): additive cos and sin 2πw(a + b)/p for w = 1 … ⌊p/2⌋; multiplicative the
 * same of the discrete logarithms' sum modulo p − 1, without the sine that is zero at half the modulus; cross the products
 * {cos, sin} × {cos, sin} of the first ten frequencies of each.
 */
export const ridgeFeatures = (
  a: Int32Array,
  b: Int32Array,
  prime: number,
): Readonly<Record<RidgeFeatureSet, Matrix>> => {
  const add = waves(residuesOf('a+b', a, b, prime), prime);
  const mul = waves(residuesOf('dlog', a, b, prime), prime - 1);
  const crossed: Float64Array[] = [];
  for (const first of add.slice(0, 2 * CROSSED)) {
    for (const second of mul.slice(0, 2 * CROSSED)) crossed.push(first.map((value, i) => value * second[i]!));
  }
  return {
    add: inColumns(add),
    mul: inColumns(mul),
    both: inColumns([...add, ...mul]),
    'both+cross': inColumns([...add, ...mul, ...crossed]),
  };
};

const residuesOf = (name: BasisName, a: Int32Array, b: Int32Array, prime: number): Int32Array =>
  bases.find((basis) => basis.name === name)!.residues(a, b, prime);

/** cos and sin of each frequency in turn, one column each. */
const waves = (residues: Int32Array, modulus: number): Float64Array[] => {
  const columns: Float64Array[] = [];
  for (let w = 1; w <= Math.floor(modulus / 2); w++) {
    const angles = Float64Array.from(residues, (q) => (2 * Math.PI * ((w * q) % modulus)) / modulus);
    columns.push(angles.map(Math.cos));
    if (2 * w !== modulus) columns.push(angles.map(Math.sin));
  }
  return columns;
};

const inColumns = (columns: readonly Float64Array[]): Matrix => {
  const result = zeros(columns[0]!.length, columns.length);
  columns.forEach((column, j) => column.forEach((value, i) => (result.data[i * columns.length + j] = value)));
  return result;
};
