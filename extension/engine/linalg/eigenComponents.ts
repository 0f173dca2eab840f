import { GeometryError } from '../../contract/errors.js';
import { withWorkspace } from './kernels.js';
import type { Matrix } from './matrix.js';
import { scaled } from './scaling.js';

/** Eigenvalues of a symmetric matrix, descending, and components of their vectors. */
export interface EigenComponents {
  readonly values: Float64Array;
  /** rows × values: a column holds the first components of an eigenvector. */
  readonly components: Matrix;
}

/**
 * The eigenvalues of a symmetric, finite matrix of one row at least, within a few n·ε·‖A‖, and the first `rows` components of
 * each eigenvector: all that a Gauss quadrature takes (Golub and Welsch 1969), in a fraction of the time of whole vectors.
 * The upper triangle is read. One thread works, as long as it takes.
 * @throws GeometryError `internal` where a value does not converge.
 */
export const eigenComponents = (a: Matrix, rows: number): Promise<EigenComponents> => {
  const n = a.rows;
  const { matrix, restore } = scaled(a);
  const room = Math.max(n, rows);
  return withWorkspace(5, n * n + n * rows + 2 * n + room, ({ kernels, allocate }) => {
    const [square, z] = [allocate(n * n), allocate(n * rows)];
    const [d, e, work] = [allocate(n), allocate(n), allocate(room)];
    square.data.set(matrix.data);
    const failed = kernels.symmetricEigen(
      ...([square.address, n, rows, z.address, d.address, e.address, work.address] as const),
    );
    if (failed !== 0)
      throw new GeometryError('internal', 'Eigenvalues of a symmetric matrix did not converge.');
    const order = Uint32Array.from(d.data.keys()).sort((i, j) => d.data[j]! - d.data[i]!);
    const components = { rows, columns: n, data: new Float64Array(rows * n) };
    for (let to = 0; to < n; to++) {
      for (let row = 0; row < rows; row++) components.data[row * n + to] = z.data[order[to]! * rows + row]!;
    }
    return Promise.resolve({ values: restore(Float64Array.from(order, (i) => d.data[i]!)), components });
  });
};
