import type { View } from './graphs.js';
import { compileProducts } from './graphs.js';
import type { Block, Workspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';

/** Reflectors of one panel: Q = I − Vᵀ T V with V stored by rows, acting on `offset` and the `length` − 1 that follow. */
export interface BlockReflector {
  readonly offset: number;
  readonly count: number;
  readonly length: number;
  /** count × length. */
  readonly v: Float64Array;
  /** count × count, upper triangular. */
  readonly t: Float64Array;
}

/** A = U · band · Vᵀ with U = left[0]·left[1]…, V = right[0]·right[1]…. */
export interface BandReduction {
  readonly left: readonly BlockReflector[];
  readonly right: readonly BlockReflector[];
}

/** Superdiagonals that the reduction leaves; the figures of five widths are in README.md. */
export const BANDWIDTH = 32;
const WIDE_FROM = 1536;
/** The same where values alone are wanted: the products of a large matrix gain more from 64 than the chase loses. */
export const bandwidthForValues = (columns: number): number => (columns < WIDE_FROM ? BANDWIDTH : 64);
/**
 * The same where the reflectors of the chase are applied to all vectors: they are most of the work, and their products run
 * half as fast again from blocks of 64.
 */
export const BANDWIDTH_FOR_VECTORS = 64;

/** An upper band matrix in a workspace: element (i, j) at i·3b + j + b. */
export interface Band {
  readonly address: number;
  readonly data: Float64Array;
  /** Superdiagonals. */
  readonly b: number;
}

const project = compileProducts({
  inputs: ['v', 't', 'c'],
  output: 'y',
  products: [
    { left: 'v', right: 'c', target: 'p' },
    { left: 'tᵀ', right: 'p', target: 'y' },
  ],
});

const rightFactor = compileProducts({
  inputs: ['w', 's', 'c', 'v', 'y'],
  output: 'z',
  products: [
    { left: 'w', right: 'cᵀ', target: 'p' },
    { left: 'w', right: 'yᵀ', target: 'g' },
    { left: 'g', right: 'v', target: 'q', plus: 'p', alpha: -1 },
    { left: 'sᵀ', right: 'q', target: 'z' },
  ],
});

const subtract = compileProducts({
  inputs: ['l', 'r', 'c'],
  output: 'updated',
  products: [{ left: 'lᵀ', right: 'r', target: 'updated', plus: 'c', alpha: -1 }],
});

/** How much {@link reduceToBand} allocates for an m × n matrix and b superdiagonals: blocks, and numbers in all. */
export const bandReductionSpace = (m: number, n: number, b: number): { blocks: number; numbers: number } => ({
  blocks: 6,
  numbers: m * n + 3 * b * (m + n) + 3 * b * b,
});

/** Numbers of the band of n rows that {@link reduceToBand} fills. */
export const bandSpace = (n: number, b: number): number => n * 3 * b + n + 3 * b;

const view = (rows: number, columns: number, block: Block, from = 0): View => ({
  rows,
  columns,
  data: block.data.subarray(from, from + rows * columns),
});

/** Drops the first `rows` rows and `columns` columns of a row-major matrix, in place. */
const shrink = (data: Float64Array, m: number, n: number, rows: number, columns: number): void => {
  const rest = n - columns;
  for (let i = rows; i < m; i++) {
    data.copyWithin((i - rows) * rest, i * n + columns, (i + 1) * n);
  }
};

/**
 * Reduces an m × n matrix (m ≥ n) to upper band form by alternating block reflectors from the left and the right
 * (Großer and Lang 1999): one rank-2b product a step updates the trailing matrix. `band` receives element (i, j) at
 * i·3b + j + b. Reflectors are kept where `keep` is set.
 */
export const reduceToBand = async (
  { kernels, allocate }: Workspace,
  matrix: Matrix,
  { data: band, b }: Pick<Band, 'data' | 'b'>,
  keep: boolean,
  pause: Pause,
): Promise<BandReduction> => {
  const left: BlockReflector[] = [];
  const right: BlockReflector[] = [];
  let m = matrix.rows;
  let n = matrix.columns;
  const c = allocate(m * n);
  c.data.set(matrix.data);
  const panel = allocate(b * Math.max(m, n));
  const leftFactors = allocate(2 * b * m);
  const rightFactors = allocate(2 * b * n);
  const t = allocate(b * b);
  const r = allocate(b * b);
  const store = (row: number, column: number, value: number): void => {
    band[row * 3 * b + column + b] = value;
  };
  for (let offset = 0; ; offset += b) {
    const p = Math.min(b, n);
    kernels.columnsAsRows(c.address, m, n, p, panel.address);
    kernels.factorPanel(panel.address, p, m, r.address, t.address);
    for (let i = 0; i < p; i++) {
      for (let j = 0; j <= i; j++) store(offset + j, offset + i, r.data[i * p + j]!);
    }
    if (keep) {
      left.push({
        offset,
        count: p,
        length: m,
        v: panel.data.slice(0, p * m),
        t: t.data.slice(0, p * p),
      });
    }
    if (n === p) return { left, right };

    const y = view(p, n, rightFactors);
    await project({ v: view(p, m, panel), t: view(p, p, t), c: view(m, n, c) }, y);
    const rest = n - p;
    const below = m - p;
    const wFrom = p * rest;
    // The row panel takes the room behind Y, which is about to be shortened by its first p columns.
    const w = { address: rightFactors.address + 8 * p * n, from: p * n };
    kernels.updatedRows(c.address, n, panel.address, m, rightFactors.address, p, w.address);
    shrink(c.data, m, n, p, p);
    shrink(rightFactors.data, p, n, 0, p);
    rightFactors.data.copyWithin(wFrom, w.from, w.from + p * rest);
    leftFactors.data.set(panel.data.subarray(0, p * m));
    shrink(leftFactors.data, p, m, 0, p);

    const rowPanel = rightFactors.address + 8 * wFrom;
    kernels.factorPanel(rowPanel, p, rest, r.address, t.address);
    for (let i = 0; i < p; i++) {
      for (let j = 0; j <= Math.min(i, rest - 1); j++) store(offset + i, offset + p + j, r.data[i * p + j]!);
    }
    const wView = view(p, rest, rightFactors, wFrom);
    if (keep) {
      right.push({
        offset: offset + p,
        count: p,
        length: rest,
        v: wView.data.slice(),
        t: t.data.slice(0, p * p),
      });
    }
    const trailing = view(below, rest, c);
    await rightFactor(
      {
        w: wView,
        s: view(p, p, t),
        c: trailing,
        v: view(p, below, leftFactors),
        y: view(p, rest, rightFactors),
      },
      view(p, below, leftFactors, p * below),
    );
    await subtract(
      { l: view(2 * p, below, leftFactors), r: view(2 * p, rest, rightFactors), c: trailing },
      trailing,
    );
    m = below;
    n = rest;
    await pause();
  }
};
