import { GeometryError } from '../../contract/errors.js';
import type { Workspace } from './kernels.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';

/** |d| in descending order of the values of an upper bidiagonal matrix. */
export const valuesOfBidiagonal = (
  { kernels, allocate }: Workspace,
  diagonal: Float64Array,
  superdiagonal: Float64Array,
): Float64Array => {
  const n = diagonal.length;
  const d = allocate(n);
  const e = allocate(n);
  d.data.set(diagonal);
  e.data.set(superdiagonal);
  const left = kernels.bidiagonalValues(d.address, e.address, n);
  if (left !== 0) throw new GeometryError('internal', `${left} singular values did not converge.`);
  return d.data.slice().map(Math.abs).sort().reverse();
};

/** Descending singular values of a matrix with rows ≥ columns, its largest element near 1, reduced in one stage. */
export const oneStage = (matrix: Matrix): Promise<Float64Array> => {
  const { rows: m, columns: n } = matrix;
  return withWorkspace(10, 2 * m * n + n * n + 7 * n, (workspace) => {
    const { kernels, allocate } = workspace;
    const a = allocate(m * n);
    a.data.set(matrix.data);
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
    return valuesOfBidiagonal(workspace, d.data, e.data.subarray(0, n - 1));
  });
};
