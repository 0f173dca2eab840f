import { GeometryError } from '../../contract/errors.js';
import type { BidiagonalFactors } from './bidiagonalVectors.js';
import type { BlockReflector } from './bandReduction.js';
import type { Block, Workspace } from './kernels.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { zeros } from './matrix.js';

/** Up to here a matrix and its reflectors stay in the cache, where one stage beats two (README). */
export const ONE_STAGE_COLUMNS = 256;

/** Numbers in a matrix that one core reduces sooner than it would hand it out in blocks: many are spread over threads. */
export const ONE_STAGE_NUMBERS = ONE_STAGE_COLUMNS ** 2;

/** Whether the factors of a matrix with rows ≥ columns are found in one stage. */
export const isOneStage = ({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): boolean =>
  columns <= ONE_STAGE_COLUMNS && rows <= 4 * ONE_STAGE_COLUMNS;

/** Whether leading vectors come with the values of a matrix of these sizes that is one of many. */
export const givesVectors = ({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>): boolean =>
  rows * columns <= ONE_STAGE_NUMBERS &&
  isOneStage({ rows: Math.max(rows, columns), columns: Math.min(rows, columns) });

/** Blocks and numbers that {@link valuesOfBidiagonal} allocates. */
export const valuesSpace = (n: number) => ({ blocks: 3, numbers: 9 * n });

/** The values of an upper bidiagonal matrix, descending. */
export const valuesOfBidiagonal = (
  { kernels, allocate }: Workspace,
  diagonal: Float64Array,
  superdiagonal: Float64Array,
): Float64Array => {
  const n = diagonal.length;
  const [d, e, work] = [allocate(n), allocate(n), allocate(7 * n)];
  d.data.set(diagonal);
  e.data.set(superdiagonal);
  if (kernels.qdValues(d.address, e.address, n, work.address) !== 0) {
    const left = kernels.bidiagonalValues(d.address, e.address, n);
    if (left !== 0) throw new GeometryError('internal', `${left} singular values did not converge.`);
  }
  return d.data.slice().map(Math.abs).sort().reverse();
};

/** A matrix with rows ≥ columns, its largest element near 1, made bidiagonal; the reflectors stay in the workspace. */
interface Reduced {
  readonly diagonal: Float64Array;
  readonly superdiagonal: Float64Array;
  /** X ← reflectors of one side · X, in place. */
  readonly turn: (side: 'left' | 'right', x: Matrix) => Promise<void>;
}

/** X ← Q X in place, by products of matrices. Threads have none: the library that makes them is the caller's. */
export type ApplyBlock = (reflector: BlockReflector, x: Matrix) => Promise<void>;

const reducedSpace = (m: number, n: number) => ({ blocks: 8, numbers: 2 * m * n + n * n + 5 * n });

/** Reflectors that go through a matrix together. */
const TOGETHER = 32;
/** Columns up to which reflectors go through a matrix one by one sooner than a product of matrices begins. */
const ONE_BY_ONE = 144;

const togetherSpace = (m: number) => ({ blocks: 2, numbers: TOGETHER * m + TOGETHER ** 2 });

const reduce = (
  { kernels, allocate }: Workspace,
  { rows: m, columns: n, data }: Matrix,
  applyBlock?: ApplyBlock,
): Reduced => {
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
  const oneByOne = (
    vectors: Block,
    taus: Block,
    count: number,
    { rows, columns, data: target }: Matrix,
  ): void => {
    // The matrix itself is not needed any more, and is as large as any factor.
    const x = a.data.subarray(0, rows * columns);
    x.set(target);
    kernels.applyReflectors(vectors.address, taus.address, count, rows, a.address, columns, work.address);
    target.set(x);
  };
  /** `first`: where the first reflector begins; each of the others begins one row later. */
  const together = async (
    apply: ApplyBlock,
    vectors: Block,
    taus: Block,
    total: number,
    first: number,
    x: Matrix,
  ): Promise<void> => {
    const [v, t] = [allocate(TOGETHER * x.rows), allocate(TOGETHER ** 2)];
    for (let from = Math.floor((total - 1) / TOGETHER) * TOGETHER; from >= 0; from -= TOGETHER) {
      const count = Math.min(TOGETHER, total - from);
      const offset = first + from;
      const length = x.rows - offset;
      for (let i = 0; i < count; i++) {
        const row = (from + i) * x.rows;
        v.data.set(vectors.data.subarray(row + offset, row + x.rows), i * length);
        t.data[i * count + i] = taus.data[from + i]!;
      }
      kernels.triangularFactor(v.address, count, length, length, t.address);
      const block = {
        v: v.data.subarray(0, count * length),
        t: t.data.subarray(0, count * count),
      };
      await apply({ offset, count, length, ...block }, x);
    }
  };
  return {
    diagonal: d.data,
    superdiagonal: e.data.subarray(0, n - 1),
    turn: async (side, x) => {
      const [vectors, taus, count, first] =
        side === 'left' ? ([us, tausU, n, 0] as const) : ([vs, tausV, n - 1, 1] as const);
      if (applyBlock === undefined || x.columns <= ONE_BY_ONE) oneByOne(vectors, taus, count, x);
      else await together(applyBlock, vectors, taus, count, first, x);
    },
  };
};

/** Descending singular values of a matrix with rows ≥ columns, its largest element near 1, reduced in one stage. */
export const oneStage = (matrix: Matrix): Promise<Float64Array> => {
  const { rows, columns } = matrix;
  const space = reducedSpace(rows, columns);
  const values = valuesSpace(columns);
  return withWorkspace(space.blocks + values.blocks, space.numbers + values.numbers, (workspace) => {
    const { diagonal, superdiagonal } = reduce(workspace, matrix);
    return valuesOfBidiagonal(workspace, diagonal, superdiagonal);
  });
};

/** Values and vectors of a bidiagonal matrix: all of them, or the leading ones. */
export type BidiagonalSolver = (
  diagonal: Float64Array,
  superdiagonal: Float64Array,
) => Promise<BidiagonalFactors | undefined>;

/** U (rows × k), values and V (columns × k) of a decomposition. */
export interface Factors {
  readonly u: Matrix;
  readonly values: Float64Array;
  readonly v: Matrix;
}

/** The vectors with `rows` − n zero rows below, as the reflectors of the left side expect them. */
export const startingFactors = ({ values, left, right }: BidiagonalFactors, rows: number): Factors => {
  const u = zeros(rows, left.columns);
  u.data.set(left.data);
  return { u, values, v: right };
};

/** The factors of a matrix as {@link oneStage} takes it; undefined where the solver gives none. */
export const oneStageFactors = (
  matrix: Matrix,
  solve: BidiagonalSolver,
  applyBlock?: ApplyBlock,
): Promise<Factors | undefined> => {
  const { rows, columns } = matrix;
  const space = reducedSpace(rows, columns);
  const [forU, forV] = [togetherSpace(rows), togetherSpace(columns)];
  const blocks = space.blocks + forU.blocks + forV.blocks;
  return withWorkspace(blocks, space.numbers + forU.numbers + forV.numbers, async (workspace) => {
    const { diagonal, superdiagonal, turn } = reduce(workspace, matrix, applyBlock);
    const solved = await solve(diagonal.slice(), superdiagonal.slice());
    if (solved === undefined) return undefined;
    const factors = startingFactors(solved, rows);
    await turn('left', factors.u);
    await turn('right', factors.v);
    return factors;
  });
};
