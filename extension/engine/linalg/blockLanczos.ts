import { applyBlockReflectors } from './blockReflectors.js';
import { compileProducts } from './graphs.js';
import type { LinearOperator } from './linearOperator.js';
import type { Matrix } from './matrix.js';
import { zeros } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';
import { qr } from './qr.js';
import { sumsOf } from './summary.js';

/** What block Lanczos knows of G = AᵀA (or AAᵀ, whichever is smaller) after some steps from a random block. */
export interface KrylovView {
  /** Side of G. */
  readonly size: number;
  /** Random vectors in the starting block. */
  readonly starts: number;
  readonly steps: number;
  /** QᵀGQ over the orthonormal basis of all steps: (starts·steps) squared. */
  readonly projected: Matrix;
  /** The starting block in its own basis: X₀ = Q₀·R₀. */
  readonly startFactor: Matrix;
  /** What the last step's products have outside the basis: size × starts, good until the next step. */
  readonly remainder: Matrix;
  /** Whether the space is invariant: its spectrum is then exactly a part of that of G. */
  readonly exhausted: boolean;
}

const overlaps = compileProducts({
  inputs: ['basis', 'w'],
  output: 'h',
  products: [{ left: 'basis', right: 'w', target: 'h' }],
});

const remove = compileProducts({
  inputs: ['basis', 'h', 'w'],
  output: 'rest',
  products: [{ left: 'basisᵀ', right: 'h', target: 'rest', plus: 'w', alpha: -1 }],
});

/** Seeded ±1 (xorshift32): the same file gives the same report. */
const randomSigns = (length: number, seed: number): Float64Array => {
  const signs = new Float64Array(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    signs[i] = state < 0 ? -1 : 1;
  }
  return signs;
};

const orthonormal = async (x: Matrix, pause: Pause): Promise<{ q: Matrix; r: Matrix }> => {
  const { r, reflectors } = await qr(x, true, pause);
  const q = zeros(x.rows, x.columns);
  for (let i = 0; i < x.columns; i++) q.data[i * x.columns + i] = 1;
  await applyBlockReflectors(reflectors, q, pause);
  return { q, r };
};

/** Share of its block's length below which a direction has to be made orthogonal again: above it loses three digits at most. */
const KEPT = 1e-3;

/** The least diagonal element of a triangular factor, over the largest. */
const weakest = ({ rows, data }: Matrix): number => {
  const diagonal = Array.from({ length: rows }, (_, i) => Math.abs(data[i * rows + i]!));
  return Math.min(...diagonal) / Math.max(...diagonal);
};

const frobenius = ({ data }: Matrix): number => Math.sqrt(sumsOf(data).sumOfSquares);

/**
 * Block Lanczos on the smaller of AᵀA and AAᵀ with full reorthogonalisation, from a block of random signs.
 * Yields after every step what is known so far, so that a caller may stop when it is enough.
 */
export async function* blockLanczos(
  operator: LinearOperator,
  starts: number,
  mostSteps: number,
  seed: number,
  pause: Pause,
): AsyncGenerator<KrylovView> {
  const wide = operator.rows < operator.columns;
  const size = wide ? operator.rows : operator.columns;
  const gram = async (x: Matrix): Promise<Matrix> =>
    wide ? operator.multiply(await operator.multiplyTransposed(x)) : operator.multiplyGram(x);
  const block = Math.min(starts, size);
  const steps = Math.min(mostSteps, Math.floor(size / block));
  const basis = new Float64Array(block * steps * size);
  const basisRows = (count: number): Matrix => ({
    rows: count,
    columns: size,
    data: basis.subarray(0, count * size),
  });
  const orthogonalise = async (w: Matrix, known: number): Promise<Matrix> => {
    const h = zeros(known, block);
    await overlaps({ basis: basisRows(known), w }, h);
    await remove({ basis: basisRows(known), h, w }, w);
    return h;
  };

  const projected = zeros(block * steps, block * steps);
  const start = await orthonormal(
    { rows: size, columns: block, data: randomSigns(size * block, seed) },
    pause,
  );
  let q = start.q;
  let largest = 0;
  for (let step = 0; step < steps; step++) {
    const known = (step + 1) * block;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < block; j++) basis[(step * block + j) * size + i] = q.data[i * block + j]!;
    }
    const w = await gram(q);
    largest = Math.max(largest, frobenius(w));
    const h = await orthogonalise(w, known);
    await orthogonalise(w, known);
    for (let i = 0; i < known; i++) {
      for (let j = 0; j < block; j++) {
        const value = h.data[i * block + j]!;
        projected.data[i * projected.columns + step * block + j] = value;
        projected.data[(step * block + j) * projected.columns + i] = value;
      }
    }
    const exhausted = known === size || frobenius(w) <= 1e-13 * largest;
    yield {
      size,
      starts: block,
      steps: step + 1,
      projected: leading(projected, known),
      startFactor: start.r,
      remainder: w,
      exhausted,
    };
    if (exhausted) return;
    const next = await orthonormal(w, pause);
    q = next.q;
    // A direction that has run out leaves rounding noise, which is made orthogonal once more.
    if (weakest(next.r) < KEPT) {
      await orthogonalise(q, known);
      q = (await orthonormal(q, pause)).q;
    }
    await pause();
  }
}

const leading = ({ columns, data }: Matrix, n: number): Matrix => {
  const result = zeros(n, n);
  for (let i = 0; i < n; i++) result.data.set(data.subarray(i * columns, i * columns + n), i * n);
  return result;
};
