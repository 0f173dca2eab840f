import type { MatrixSpec } from '../geometry/matrices.js';
import { pieceOperator, type EachPiece, type LinearOperator } from '../linalg/linearOperator.js';
import { transposeInto, zeros, type Matrix } from '../linalg/matrix.js';
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

/** A matrix of one checkpoint in pieces of whole rows. */
export interface MatrixPieces {
  readonly rows: number;
  readonly columns: number;
  readonly eachPiece: EachPiece;
}

/**
 * A matrix in pieces: kept after the first use, or read again on each if it is large. A wide one that is kept has rows and
 * columns exchanged, which leaves its singular values: AᵀA of the tall one takes one way through it instead of two.
 */
export const matrixPieces = (
  survey: Survey,
  index: number,
  spec: MatrixSpec,
  of: SpectrumOf,
  signal: AbortSignal,
): MatrixPieces => {
  const { rows, columns } = spec;
  const perRead = rowsPerPiece(spec);
  const first = of === 'change' ? new Float64Array(perRead * columns) : undefined;
  const read = async (row: number, into: Float64Array): Promise<void> => {
    throwIfCancelled(signal);
    await readPart(survey, index, spec, row * columns, into.length, into);
    if (first === undefined) return;
    await readPart(survey, 0, spec, row * columns, into.length, first);
    for (let i = 0; i < into.length; i++) into[i]! -= first[i]!;
  };
  if (rows * columns > mostHeld) {
    const buffer = new Float64Array(perRead * columns);
    const eachPiece: EachPiece = async (use) => {
      for (let row = 0; row < rows; row += perRead) {
        const count = Math.min(perRead, rows - row);
        const data = buffer.subarray(0, count * columns);
        await read(row, data);
        await use({ rows: count, columns, data }, row);
      }
    };
    return { rows, columns, eachPiece };
  }
  const isWide = rows < columns;
  const held: Matrix = isWide ? zeros(columns, rows) : zeros(rows, columns);
  const perPiece = rowsPerPiece(held);
  const readAll = async (): Promise<void> => {
    const buffer = isWide ? new Float64Array(perRead * columns) : held.data;
    for (let row = 0; row < rows; row += perRead) {
      const count = Math.min(perRead, rows - row);
      const start = isWide ? 0 : row * columns;
      const data = buffer.subarray(start, start + count * columns);
      await read(row, data);
      if (isWide) transposeInto({ rows: count, columns, data }, held.data.subarray(row), rows);
    }
  };
  let isRead = false;
  const eachPiece: EachPiece = async (use) => {
    if (!isRead) await readAll();
    isRead = true;
    for (let row = 0; row < held.rows; row += perPiece) {
      throwIfCancelled(signal);
      const count = Math.min(perPiece, held.rows - row);
      const data = held.data.subarray(row * held.columns, (row + count) * held.columns);
      await use({ rows: count, columns: held.columns, data }, row);
    }
  };
  return { rows: held.rows, columns: held.columns, eachPiece };
};

const rowsPerPiece = ({ rows, columns }: Pick<MatrixSpec, 'rows' | 'columns'>): number => {
  const wanted = Math.max(pieceRows, Math.floor(pieceNumbers / columns));
  return Math.max(1, Math.min(rows, wanted, Math.floor(mostNumbers / columns)));
};

/** Not finite if a value is not. */
export const momentsOf = async ({ eachPiece }: MatrixPieces): Promise<Moments> => {
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
  { rows, columns, eachPiece }: MatrixPieces,
  name: string,
  { sumOfSquares }: Moments,
): LinearOperator => ({
  ...pieceOperator(rows, columns, name, eachPiece),
  squaredFrobeniusNorm: () => Promise.resolve(sumOfSquares),
});
