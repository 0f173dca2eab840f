import type { Matrix } from './matrix.js';
import { maxAbs, zeros } from './matrix.js';

/** Singular values and vectors of an upper bidiagonal matrix; the vectors are columns in the order of the values. */
export interface BidiagonalFactors {
  /** Descending, k of them. */
  readonly values: Float64Array;
  /** n × k. */
  readonly left: Matrix;
  /** n × k. */
  readonly right: Matrix;
}

const EPS = 2 ** -53;
/** Inverse iteration nearly always ends after two; more only help from an unlucky start. */
const MOST_ITERATIONS = 6;
/** Residual that ends the iteration, in units of n·ε·σ₁. */
const RESIDUAL = 4;

/**
 * The vectors of the leading values of an upper bidiagonal matrix B, by inverse iteration on the
 * Golub–Kahan tridiagonal matrix, whose eigenvectors (v₁, u₁, v₂, u₂, …) hold both sides (Demmel 1997,
 * section 5.4.3). Each side is orthogonalised against the vectors before it, so clusters are orthonormal as
 * well.
 * @param values the values of B in descending order
 * @param count how many vectors
 * @returns undefined where a residual |Bv − σu|, |Bᵀu − σv| stays above 4·n·ε·σ₁: the caller then
 * decomposes in full.
 */
export const leadingOfBidiagonal = (
  diagonal: Float64Array,
  superdiagonal: Float64Array,
  values: Float64Array,
  count: number,
): BidiagonalFactors | undefined => {
  const n = diagonal.length;
  const k = Math.min(count, n);
  const left: Float64Array[] = [];
  const right: Float64Array[] = [];
  const couplings = new Float64Array(2 * n - 1);
  for (let i = 0; i < n; i++) {
    couplings[2 * i] = diagonal[i]!;
    if (i < n - 1) couplings[2 * i + 1] = superdiagonal[i]!;
  }
  const largest = Math.max(maxAbs(couplings), values[0] ?? 0);
  const bound = RESIDUAL * n * EPS * largest;
  for (let j = 0; j < k; j++) {
    const solve = shifted(couplings, values[j]!, EPS * largest);
    const x = startingVector(2 * n, j);
    let worst = Infinity;
    for (let iteration = 0; iteration < MOST_ITERATIONS && !(worst <= bound); iteration++) {
      solve(x);
      const [v, u] = [half(x, 0), half(x, 1)];
      if (!(orthonormalise(v, right) && orthonormalise(u, left))) return undefined;
      worst = residual(diagonal, superdiagonal, values[j]!, u, v);
      for (let i = 0; i < n; i++) {
        x[2 * i] = v[i]!;
        x[2 * i + 1] = u[i]!;
      }
    }
    if (!(worst <= bound)) return undefined;
    right.push(half(x, 0));
    left.push(half(x, 1));
  }
  return { values: values.slice(0, k), left: columnsOf(left, n), right: columnsOf(right, n) };
};

const half = (x: Float64Array, from: 0 | 1): Float64Array => {
  const found = new Float64Array(x.length / 2);
  for (let i = 0; i < found.length; i++) found[i] = x[2 * i + from]!;
  return found;
};

/** The same numbers for every matrix, others for each vector: a report is made again bit for bit. */
const startingVector = (length: number, seed: number): Float64Array => {
  let state = 0x9e3779b9 ^ (seed + 1);
  const x = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    x[i] = 0.5 + (state >>> 0) / 2 ** 33;
  }
  return x;
};

/** Removes `known` twice and scales to length 1; false where nothing is left. */
const orthonormalise = (x: Float64Array, known: readonly Float64Array[]): boolean => {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of known) {
      let overlap = 0;
      for (let i = 0; i < x.length; i++) overlap += x[i]! * other[i]!;
      for (let i = 0; i < x.length; i++) x[i]! -= overlap * other[i]!;
    }
    let square = 0;
    for (let i = 0; i < x.length; i++) square += x[i]! * x[i]!;
    if (!(square > 0) || !Number.isFinite(square)) return false;
    const scale = 1 / Math.sqrt(square);
    for (let i = 0; i < x.length; i++) x[i]! *= scale;
  }
  return true;
};

/** The larger of |Bv − σu| and |Bᵀu − σv|. */
const residual = (
  d: Float64Array,
  e: Float64Array,
  sigma: number,
  u: Float64Array,
  v: Float64Array,
): number => {
  let first = 0;
  let second = 0;
  for (let i = 0; i < d.length; i++) {
    const forward = d[i]! * v[i]! + (e[i] ?? 0) * (v[i + 1] ?? 0) - sigma * u[i]!;
    const backward = d[i]! * u[i]! + (i > 0 ? e[i - 1]! * u[i - 1]! : 0) - sigma * v[i]!;
    first += forward * forward;
    second += backward * backward;
  }
  return Math.sqrt(Math.max(first, second));
};

/**
 * Solves (T − σ)x = b in place, T symmetric tridiagonal with zero diagonal and these off-diagonals, up to a factor:
 * elimination with row exchanges, pivots of at least `least`. x is scaled to largest element 1.
 */
const shifted = (couplings: Float64Array, sigma: number, least: number): ((x: Float64Array) => void) => {
  const size = couplings.length + 1;
  const pivots = new Float64Array(size);
  const above = new Float64Array(size);
  const farAbove = new Float64Array(size);
  const factors = new Float64Array(size);
  const exchanged = new Uint8Array(size);
  let [a, b] = [-sigma, couplings[0] ?? 0];
  for (let i = 0; i < size - 1; i++) {
    const below = couplings[i]!;
    const next = couplings[i + 1] ?? 0;
    if (Math.abs(below) > Math.abs(a)) {
      exchanged[i] = 1;
      pivots[i] = below;
      above[i] = -sigma;
      farAbove[i] = next;
      factors[i] = a / below;
      [a, b] = [b + sigma * factors[i]!, -factors[i]! * next];
    } else {
      pivots[i] = Math.abs(a) < least ? (a < 0 ? -least : least) : a;
      above[i] = b;
      factors[i] = below / pivots[i]!;
      [a, b] = [-sigma - factors[i]! * b, next];
    }
  }
  pivots[size - 1] = Math.abs(a) < least ? (a < 0 ? -least : least) : a;
  return (x) => {
    for (let i = 0; i < size - 1; i++) {
      const [upper, lower] = exchanged[i] === 1 ? [x[i + 1]!, x[i]!] : [x[i]!, x[i + 1]!];
      x[i] = upper;
      x[i + 1] = lower - factors[i]! * upper;
    }
    let largest = 0;
    for (let i = size - 1; i >= 0; i--) {
      x[i] = (x[i]! - above[i]! * (x[i + 1] ?? 0) - farAbove[i]! * (x[i + 2] ?? 0)) / pivots[i]!;
      largest = Math.max(largest, Math.abs(x[i]!));
      // The solution grows by 1/ε at most for each small pivot: keep it within range.
      if (largest > 1e100) {
        for (let j = i; j < size; j++) x[j]! /= largest;
        for (let j = 0; j < i; j++) x[j]! /= largest;
        largest = 1;
      }
    }
    for (let i = 0; i < size; i++) x[i]! /= largest;
  };
};

const columnsOf = (vectors: readonly Float64Array[], n: number): Matrix => {
  const result = zeros(n, vectors.length);
  vectors.forEach((vector, j) => {
    for (let i = 0; i < n; i++) result.data[i * vectors.length + j] = vector[i]!;
  });
  return result;
};
