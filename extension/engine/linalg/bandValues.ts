import type { Pause } from '../ground/work/pause.js';
import { chaseBand, chaseSpace } from './bandToBidiagonal.js';
import { withWorkspace } from './kernels.js';
import { valuesOfBidiagonal, valuesSpace } from './oneStage.js';

/** An upper band matrix of n columns and b superdiagonals, as `reduceToBand` leaves it. */
export interface StoredBand {
  readonly n: number;
  readonly b: number;
  /** Element (i, j) at i·3b + j + b. */
  readonly data: Float64Array;
}

/** The singular values of a band, descending. @throws GeometryError `internal`, `cancelled`. */
export const bandValues = ({ n, b, data }: StoredBand, pause: Pause): Promise<Float64Array> => {
  const values = valuesSpace(n);
  return withWorkspace(
    6 + values.blocks,
    data.length + chaseSpace(n, b, false) + values.numbers,
    async (workspace) => {
      const band = { ...workspace.allocate(data.length), b };
      band.data.set(data);
      const { diagonal, superdiagonal } = await chaseBand(workspace, band, n, false, pause);
      return valuesOfBidiagonal(workspace, diagonal, superdiagonal);
    },
  );
};
