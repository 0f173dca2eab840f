import {
  BANDWIDTH,
  BANDWIDTH_FOR_VECTORS,
  bandReductionSpace,
  bandSpace,
  reduceToBand,
} from './bandReduction.js';
import { chaseBand, chaseSpace } from './bandToBidiagonal.js';
import { applyBlockReflector, applyBlockReflectors, applyChase } from './blockReflectors.js';
import { bidiagonalSvd } from './divideAndConquer.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { leadingColumns, requireFinite, transpose, zeros } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';
import { pauseFor } from '../ground/work/pause.js';
import { qr } from './qr.js';
import { scaled } from './scaling.js';
import { leadingSolver } from './leadingSolver.js';
import type { BidiagonalSolver, Factors } from './oneStage.js';
import { isOneStage, oneStageFactors, startingFactors } from './oneStage.js';
import type { SpectrumOptions } from './singularValues.js';
import { roundingBound, TALL } from './singularValues.js';

/** A = U Σ Vᵀ with k = min(rows, columns). */
export interface Decomposition {
  /** rows × k, orthonormal columns. */
  readonly u: Matrix;
  /** Descending, k of them. */
  readonly singularValues: Float64Array;
  /** columns × k, orthonormal columns. */
  readonly v: Matrix;
  readonly method: string;
  /** Absolute bound on each singular value's error. */
  readonly errorBound: number;
}

/** Rows that are vectors in ascending order, as columns in descending order. */
const asColumns = (vectors: Float64Array, n: number): Matrix => {
  const result = zeros(n, n);
  const turned = transpose({ rows: n, columns: n, data: vectors }).data;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) result.data[i * n + j] = turned[i * n + n - 1 - j]!;
  }
  return result;
};

/** All values and vectors, by divide and conquer. */
const fullSolver =
  (pause: Pause): BidiagonalSolver =>
  async (diagonal, superdiagonal) => {
    const { values, left, right } = await bidiagonalSvd(diagonal, superdiagonal, pause);
    const n = values.length;
    return { values: values.toReversed(), left: asColumns(left, n), right: asColumns(right, n) };
  };

/** How values and vectors of the bidiagonal matrix are found, and the bandwidth that suits as many vectors. */
interface Way {
  readonly solve: BidiagonalSolver;
  readonly b: number;
}

const twoStage = (matrix: Matrix, { solve, b }: Way, pause: Pause): Promise<Factors | undefined> => {
  const { rows: m, columns: n } = matrix;
  const space = bandReductionSpace(m, n, b);
  const bandLength = bandSpace(n, b);
  return withWorkspace(
    space.blocks + 6,
    space.numbers + bandLength + chaseSpace(n, b, true),
    async (workspace) => {
      const band = { ...workspace.allocate(bandLength), b };
      const { left, right } = await reduceToBand(workspace, matrix, band, true, pause);
      const { diagonal, superdiagonal, reflectors } = await chaseBand(workspace, band, n, true, pause);
      const solved = await solve(diagonal, superdiagonal);
      if (solved === undefined) return undefined;
      const factors = startingFactors(solved, m);
      const k = solved.values.length;
      const top = { rows: n, columns: k, data: factors.u.data.subarray(0, n * k) };
      await applyChase(reflectors, reflectors.left, reflectors.leftTaus, top, pause);
      await applyChase(reflectors, reflectors.right, reflectors.rightTaus, factors.v, pause);
      await applyBlockReflectors(left, factors.u, pause);
      await applyBlockReflectors(right, factors.v, pause);
      return factors;
    },
  );
};

const squareOrTall = async (matrix: Matrix, way: Way, pause: Pause): Promise<Factors | undefined> => {
  const { rows, columns } = matrix;
  if (isOneStage(matrix)) return oneStageFactors(matrix, way.solve, applyBlockReflector);
  if (rows < TALL * columns) return twoStage(matrix, way, pause);
  const { r, reflectors } = await qr(matrix, true, pause);
  const inner = await squareOrTall(r, way, pause);
  if (inner === undefined) return undefined;
  const u = zeros(rows, inner.u.columns);
  u.data.set(inner.u.data);
  await applyBlockReflectors(reflectors, u, pause);
  return { ...inner, u };
};

/** U, σ and V of a matrix that need not be tall or scaled; undefined where the solver gives nothing. */
const factorsOf = async (a: Matrix, way: Way, pause: Pause): Promise<Factors | undefined> => {
  const wide = a.rows < a.columns;
  const { matrix, restore } = scaled(wide ? transpose(a) : a);
  const { rows, columns } = matrix;
  const factors =
    columns === 0
      ? { u: zeros(rows, 0), values: new Float64Array(0), v: zeros(0, 0) }
      : await squareOrTall(matrix, way, pause);
  if (factors === undefined) return undefined;
  const { u, v } = factors;
  return { values: restore(factors.values), ...(wide ? { u: v, v: u } : { u, v }) };
};

/** The thin singular value decomposition. @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`. */
export const svd = async (a: Matrix, options: SpectrumOptions = {}): Promise<Decomposition> => {
  requireFinite(a, options.name);
  const pause = pauseFor(options.signal);
  const way = { solve: fullSolver(pause), b: BANDWIDTH_FOR_VECTORS };
  const { u, values, v } = (await factorsOf(a, way, pause))!;
  return {
    u,
    v,
    singularValues: values,
    method: 'householder, divide and conquer',
    errorBound: roundingBound(a.rows, a.columns, values[0] ?? 0),
  };
};

/**
 * The leading k of all three factors (fewer where the matrix is smaller): the same reduction, then inverse iteration
 * for the k vectors alone, each checked by its residual; the full decomposition where one is not certain.
 * Errors as {@link svd}.
 */
export const leadingSvd = async (a: Matrix, k: number, options: SpectrumOptions = {}): Promise<Factors> => {
  requireFinite(a, options.name);
  const pause = pauseFor(options.signal);
  const factors = await factorsOf(a, { solve: leadingSolver(k), b: BANDWIDTH }, pause);
  if (factors !== undefined) return factors;
  const { u, singularValues, v } = await svd(a, options);
  return { u: leadingColumns(u, k), values: singularValues.slice(0, k), v: leadingColumns(v, k) };
};
