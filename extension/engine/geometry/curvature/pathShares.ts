import type { Matrix } from '../../linalg/matrix.js';
import { explainedFractions } from '../trajectory.js';
import { gramWindow } from '../updates/updateGram.js';

/** Share of the first component of the rows 0 … end, centred. */
export interface PathShare {
  /** Index of the window's last checkpoint. */
  readonly end: number;
  readonly share: number;
}

/**
 * PC1 of expanding windows (2602.16746 §3.1): the rows θ_u − θ_0 for u = 0 … t, centred, the zero row among them; one share
 * per window end from the third checkpoint on. None for a window without extent.
 *
 * @param gram T × T inner products of the rows.
 */
export const pathShares = async (
  gram: Matrix,
  ends: readonly number[] = windowEnds(gram.rows),
): Promise<PathShare[]> => {
  const shares: PathShare[] = [];
  for (const end of ends) {
    const [share] = await explainedFractions(gramWindow(gram, 0, end + 1), true);
    if (share !== undefined && share > 0) shares.push({ end, share });
  }
  return shares;
};

/** From the third checkpoint on: two points lie on a line. */
export const windowEnds = (checkpoints: number): number[] =>
  Array.from({ length: Math.max(0, checkpoints - 2) }, (_, i) => i + 2);
