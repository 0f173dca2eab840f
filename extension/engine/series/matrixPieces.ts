import type { MatrixSpec } from '../geometry/matrices.js';
import { pieceOperator, type EachPiece, type LinearOperator } from '../linalg/linearOperator.js';
import { sumsOf } from '../linalg/summary.js';
import { readPart } from './partReader.js';
import type { Survey } from './survey.js';
import { throwIfCancelled } from '../ground/work/tasks.js';

/** The subject of a spectrum: a matrix's weights at a checkpoint, or their change from the first. */
export type SpectrumOf = 'weights' | 'change';

/** Numbers held at a time: 8 MB. */
const pieceNumbers = 1 << 20;

/** Σx and Σx² of a matrix that is never held in memory. */
export interface Moments {
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** A matrix of one checkpoint, read from its file in pieces of whole rows on each use. */
export const matrixPieces = (
  survey: Survey,
  index: number,
  spec: MatrixSpec,
  of: SpectrumOf,
  signal: AbortSignal,
): EachPiece => {
  const { rows, columns } = spec;
  const rowsPerPiece = Math.min(rows, Math.max(1, Math.floor(pieceNumbers / columns)));
  const buffer = new Float64Array(rowsPerPiece * columns);
  const first = of === 'change' ? new Float64Array(buffer.length) : undefined;
  return async (use) => {
    for (let row = 0; row < rows; row += rowsPerPiece) {
      throwIfCancelled(signal);
      const count = Math.min(rowsPerPiece, rows - row);
      const length = count * columns;
      await readPart(survey, index, spec, row * columns, length, buffer);
      if (first !== undefined) {
        await readPart(survey, 0, spec, row * columns, length, first);
        for (let i = 0; i < length; i++) buffer[i]! -= first[i]!;
      }
      await use({ rows: count, columns, data: buffer.subarray(0, length) }, row);
    }
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
