import { GeometryError } from '../../contract/errors.js';
import type { Checkpoint } from '../checkpoints/tensors/checkpoint.js';
import { pieceOperator, type LinearOperator } from '../linalg/linearOperator.js';

/** Numbers of a tensor held at a time: 8 MB. */
const PIECE = 2 ** 20;

/**
 * A tensor of a checkpoint as a matrix, first axis × rest, read in pieces of whole rows on each use.
 * @throws GeometryError `invalid-argument` if the tensor is missing or has fewer than two dimensions; errors of
 * reading.
 */
export const tensorOperator = (
  checkpoint: Checkpoint,
  tensor: string,
  signal?: AbortSignal,
): LinearOperator => {
  const info = checkpoint.tensors.find(({ name }) => name === tensor);
  if (info === undefined || info.shape.length < 2) {
    throw new GeometryError('invalid-argument', `${tensor} is not a matrix of this checkpoint.`);
  }
  const rows = info.shape[0]!;
  const columns = rows === 0 ? 0 : info.elements / rows;
  const rowsPerPiece = Math.max(1, Math.floor(PIECE / Math.max(1, columns)));
  const buffer = new Float64Array(Math.min(rows, rowsPerPiece) * columns);
  return pieceOperator(rows, columns, tensor, async (use) => {
    for (let first = 0; first < rows; first += rowsPerPiece) {
      if (signal?.aborted === true) throw new GeometryError('cancelled', 'The computation was cancelled.');
      const count = Math.min(rowsPerPiece, rows - first);
      const data = await checkpoint.read(tensor, first * columns, count * columns, buffer);
      await use({ rows: count, columns, data: data.subarray(0, count * columns) }, first);
    }
  });
};
