import { BANDWIDTH, bandReductionSpace, reduceToBand } from './bandReduction.js';
import { chaseBand, chaseSpace } from './bandToBidiagonal.js';
import { applyBlockReflectors, applyChase } from './blockReflectors.js';
import type { BidiagonalSvd } from './divideAndConquer.js';
import { bidiagonalSvd } from './divideAndConquer.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { requireFinite, transpose, zeros } from './matrix.js';
import type { Pause } from '../ground/work/pause.js';
import { pauseFor } from '../ground/work/pause.js';
import { qr } from './qr.js';
import { scaled } from './scaling.js';
import type { SpectrumOptions } from './singularValues.js';
import { ONE_STAGE_COLUMNS, roundingBound, TALL } from './singularValues.js';

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

interface Factors {
  readonly u: Matrix;
  readonly values: Float64Array;
  readonly v: Matrix;
}

/** Rows that are vectors in ascending order, as columns in descending order, under which `rows` − n zero rows lie. */
const asColumns = (vectors: Float64Array, n: number, rows: number): Matrix => {
  const result = zeros(rows, n);
  const turned = transpose({ rows: n, columns: n, data: vectors }).data;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) result.data[i * n + j] = turned[i * n + n - 1 - j]!;
  }
  return result;
};

const startingFactors = ({ values, left, right }: BidiagonalSvd, rows: number): Factors => {
  const n = values.length;
  return { u: asColumns(left, n, rows), values: values.toReversed(), v: asColumns(right, n, n) };
};

const oneStage = ({ rows: m, columns: n, data }: Matrix, pause: Pause): Promise<Factors> =>
  withWorkspace(11, 3 * m * n + n * n + 6 * n, async ({ kernels, allocate }) => {
    const a = allocate(m * n);
    a.data.set(data);
    const [us, vs] = [allocate(m * n), allocate(n * n)];
    const [d, e, tausU, tausV, work] = [allocate(n), allocate(n), allocate(n), allocate(n), allocate(n)];
    kernels.bidiagonalise(
      a.address,
      m,
      n,
      d.address,
      e.address,
      us.address,
      vs.address,
      tausU.address,
      tausV.address,
      work.address,
    );
    const factors = startingFactors(await bidiagonalSvd(d.data.slice(), e.data.slice(0, n - 1), pause), m);
    const x = allocate(m * n);
    const turn = (vectors: number, taus: number, count: number, { rows, data: target }: Matrix): void => {
      x.data.set(target);
      kernels.applyReflectors(vectors, taus, count, rows, x.address, n, work.address);
      target.set(x.data.subarray(0, rows * n));
    };
    turn(us.address, tausU.address, n, factors.u);
    turn(vs.address, tausV.address, n - 1, factors.v);
    return factors;
  });

const twoStage = (matrix: Matrix, pause: Pause): Promise<Factors> => {
  const { rows: m, columns: n } = matrix;
  const space = bandReductionSpace(m, n);
  const bandLength = n * 3 * BANDWIDTH + n + 3 * BANDWIDTH;
  return withWorkspace(
    space.blocks + 6,
    space.numbers + bandLength + chaseSpace(n, true),
    async (workspace) => {
      const band = workspace.allocate(bandLength);
      const { left, right } = await reduceToBand(workspace, matrix, band.data, true, pause);
      const { diagonal, superdiagonal, reflectors } = await chaseBand(workspace, band, n, true, pause);
      const factors = startingFactors(await bidiagonalSvd(diagonal, superdiagonal, pause), m);
      const top = { rows: n, columns: n, data: factors.u.data.subarray(0, n * n) };
      await applyChase(reflectors, reflectors.left, reflectors.leftTaus, top, pause);
      await applyChase(reflectors, reflectors.right, reflectors.rightTaus, factors.v, pause);
      await applyBlockReflectors(left, factors.u, pause);
      await applyBlockReflectors(right, factors.v, pause);
      return factors;
    },
  );
};

const squareOrTall = async (matrix: Matrix, pause: Pause): Promise<Factors> => {
  const { rows, columns } = matrix;
  if (columns <= ONE_STAGE_COLUMNS && rows <= 4 * ONE_STAGE_COLUMNS) return oneStage(matrix, pause);
  if (rows < TALL * columns) return twoStage(matrix, pause);
  const { r, reflectors } = await qr(matrix, true, pause);
  const inner = await squareOrTall(r, pause);
  const u = zeros(rows, columns);
  u.data.set(inner.u.data);
  await applyBlockReflectors(reflectors, u, pause);
  return { ...inner, u };
};

/** The thin singular value decomposition. @throws GeometryError `not-finite`, `invalid-argument`, `cancelled`. */
export const svd = async (a: Matrix, options: SpectrumOptions = {}): Promise<Decomposition> => {
  requireFinite(a, options.name);
  const wide = a.rows < a.columns;
  const { matrix, restore } = scaled(wide ? transpose(a) : a);
  const { rows, columns } = matrix;
  const { u, values, v } =
    columns === 0
      ? { u: zeros(rows, 0), values: new Float64Array(0), v: zeros(0, 0) }
      : await squareOrTall(matrix, pauseFor(options.signal));
  const singularValues = restore(values);
  return {
    ...(wide ? { u: v, v: u } : { u, v }),
    singularValues,
    method: 'householder, divide and conquer',
    errorBound: roundingBound(rows, columns, singularValues[0] ?? 0),
  };
};
