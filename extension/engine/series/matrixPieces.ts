import type { MatrixSpec } from '../geometry/matrices.js';
import { pieceOperator, type EachPiece, type LinearOperator } from '../linalg/linearOperator.js';
import { sumsOf } from '../linalg/summary.js';
import { readPart } from './partReader.js';
import type { Survey } from './survey.js';
import { throwIfCancelled } from '../ground/work/tasks.js';

/** The subject of a spectrum: a matrix's weights at a checkpoint, or their change from the first. */
export type SpectrumOf = 'weights' | 'change';

/** Rows of a piece, so that its products outweigh what onnxruntime does to the other factor on each call. */
const pieceRows = 256;
/** Numbers of a piece where rows are short: 2 MB stay in the cache for both products. */
const pieceNumbers = 1 << 18;
/** Numbers of a piece at most, unless one row has more: 16 MB. */
const mostNumbers = 1 << 21;
/** Numbers of a matrix that is read and decoded once: 128 MB. An estimate goes through its matrix a dozen times. */
const mostHeld = 2 ** 24;

/** Σx and Σx² of a matrix. */
export interface Moments {
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** A matrix of one checkpoint in pieces of whole rows: kept after the first use, or read again on each if it is large. */
export const matrixPieces = (
  survey: Survey,
  index: number,
  spec: MatrixSpec,
  of: SpectrumOf,
  signal: AbortSignal,
): EachPiece => {
  const { rows, columns } = spec;
  const wanted = Math.max(pieceRows, Math.floor(pieceNumbers / columns));
  const rowsPerPiece = Math.max(1, Math.min(rows, wanted, Math.floor(mostNumbers / columns)));
  const isHeld = rows * columns <= mostHeld;
  const buffer = new Float64Array((isHeld ? rows : rowsPerPiece) * columns);
  const first = of === 'change' ? new Float64Array(rowsPerPiece * columns) : undefined;
  let isRead = false;
  return async (use) => {
    for (let row = 0; row < rows; row += rowsPerPiece) {
      throwIfCancelled(signal);
      const count = Math.min(rowsPerPiece, rows - row);
      const length = count * columns;
      const start = isHeld ? row * columns : 0;
      const data = buffer.subarray(start, start + length);
      if (!isRead) {
        await readPart(survey, index, spec, row * columns, length, data);
        if (first !== undefined) {
          await readPart(survey, 0, spec, row * columns, length, first);
          for (let i = 0; i < length; i++) data[i]! -= first[i]!;
        }
      }
      await use({ rows: count, columns, data }, row);
    }
    isRead = isHeld;
  };
};

/** Not finite if a value is not. */
export const momentsOf = async (eachPiece: EachPiece): Promise<Moments> => {
  let sum = 0;
  let sumOfSquares = 0;
  await eachPiece(({ data }) => {
    const piece = sumsOf(data);
    sum += piece.sum;
    sumOfSquares += piece.sumOfSquares;
  });
  return { sum, sumOfSquares };
};

/** The matrix as an operator with a known norm. */
export const operatorOf = (
  { rows, columns }: MatrixSpec,
  name: string,
  eachPiece: EachPiece,
  { sumOfSquares }: Moments,
): LinearOperator => ({
  ...pieceOperator(rows, columns, name, eachPiece),
  squaredFrobeniusNorm: () => Promise.resolve(sumOfSquares),
});
