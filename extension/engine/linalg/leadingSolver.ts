import type { BidiagonalSolver } from './oneStage.js';
import { valuesOfBidiagonal, valuesSpace } from './oneStage.js';
import { leadingOfBidiagonal } from './bidiagonalVectors.js';
import { withWorkspace } from './kernels.js';

/**
 * Solves for the leading k values and vectors of a bidiagonal matrix, or gives nothing where they are not certain. All
 * values are found on the way: `onValues` gets them, descending.
 */
export const leadingSolver =
  (k: number, onValues?: (values: Float64Array) => void): BidiagonalSolver =>
  async (diagonal, superdiagonal) => {
    const space = valuesSpace(diagonal.length);
    const values = await withWorkspace(space.blocks, space.numbers, (workspace) =>
      valuesOfBidiagonal(workspace, diagonal, superdiagonal),
    );
    onValues?.(values);
    return leadingOfBidiagonal(diagonal, superdiagonal, values, k);
  };
