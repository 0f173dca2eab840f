import type { TensorInfo } from '../checkpoints/checkpoint.js';
import { foldedSize, matrixKey, type MatrixSpec } from '../geometry/matrices.js';
import { GramAccumulator } from '../linalg/gram.js';
import { zeros, type Matrix } from '../linalg/matrix.js';
import { isParameter, type Survey } from './survey.js';
import type { TaskStep } from './tasks.js';
import { gatherPart } from './tensorMatrix.js';

/** Bytes of float64 that one block holds over all checkpoints: what the pass needs, however large the model. */
const blockBytes = 24 << 20;
/** Reads under way at one time. */
const parallelReads = 4;

/** What one pass over every byte of a series gives. */
export interface PassEvents {
  /** A tensor of the last checkpoint has been read: Σx and Σx², absent where a value is not finite. */
  readonly onSums: (tensor: TensorInfo, sums: { sum: number; sumOfSquares: number } | undefined) => void;
  /** NaN or infinity in a tensor of checkpoint `index`. */
  readonly onNotFinite: (tensor: TensorInfo, index: number) => void;
  /**
   * Inner products of the rows θ_t − θ_0 over one matrix (a fused one, or its part) or one tensor without a matrix;
   * rows and columns of a checkpoint with NaN or infinity are NaN.
   */
  readonly onGram: (piece: GramPiece) => void | Promise<void>;
}

export interface GramPiece {
  readonly tensor: TensorInfo;
  /** Absent for vectors and scalars. */
  readonly matrix?: MatrixSpec;
  readonly gram: Matrix;
  readonly parameters: number;
  /** Pieces that do not overlap and together are all parameters: their sum is the Gram matrix of everything. */
  readonly disjoint: boolean;
}

/** Tensor by tensor, block by block, all checkpoints beside each other: each byte is read once. */
export async function* trajectoryPass(survey: Survey, events: PassEvents): AsyncGenerator<TaskStep, void> {
  const comparable = new Set(survey.comparable.map(({ name }) => name));
  const work = survey.tensors.filter(({ readable }) => readable);
  const checkpoints = survey.checkpoints.length;
  const cost = (tensor: TensorInfo): number =>
    tensor.elements * (comparable.has(tensor.name) ? checkpoints : 1);
  const total = work.reduce((sum, tensor) => sum + cost(tensor), 0);
  const blocks = new BlockBuffers(checkpoints);
  let before = 0;
  for (const tensor of work) {
    const passed =
      comparable.has(tensor.name) && checkpoints > 1
        ? comparedTensor(survey, tensor, blocks, events)
        : summedTensor(survey, tensor, blocks, events);
    for await (const fraction of passed) {
      const done = before + fraction * cost(tensor);
      yield {
        fraction: total > 0 ? done / total : 1,
        text: `Reading: ${Math.round(done / 1e6)} of ${Math.round(total / 1e6)} million numbers`,
      };
    }
    before += cost(tensor);
  }
}

/** One block of numbers per checkpoint, used again and again. */
class BlockBuffers {
  readonly perCheckpoint: number;
  readonly rows: readonly Float64Array[];

  constructor(checkpoints: number) {
    this.perCheckpoint = Math.max(4096, Math.floor(blockBytes / 8 / checkpoints));
    this.rows = Array.from({ length: checkpoints }, () => new Float64Array(this.perCheckpoint));
  }

  /** Whole rows of a matrix per block; a row longer than a block goes by itself into larger buffers. */
  block(columns: number): { readonly rowsPerBlock: number; readonly buffers: readonly Float64Array[] } {
    const rowsPerBlock = Math.floor(this.perCheckpoint / columns);
    if (rowsPerBlock > 0) return { rowsPerBlock, buffers: this.rows };
    return { rowsPerBlock: 1, buffers: this.rows.map(() => new Float64Array(columns)) };
  }
}

/** Σx and Σx² of a tensor that only the last checkpoint is read for. */
async function* summedTensor(
  survey: Survey,
  tensor: TensorInfo,
  blocks: BlockBuffers,
  events: PassEvents,
): AsyncGenerator<number, void> {
  const index = survey.checkpoints.length - 1;
  const checkpoint = await survey.pool.get(index);
  const sums = new RunningSums();
  const buffer = blocks.rows[0]!;
  for (let start = 0; start < tensor.elements; start += buffer.length) {
    const length = Math.min(buffer.length, tensor.elements - start);
    sums.add(await checkpoint.read(tensor.name, start, length, buffer), length);
    yield (start + length) / tensor.elements;
  }
  if (!sums.isFinite() && isParameter(tensor)) events.onNotFinite(tensor, index);
  events.onSums(tensor, sums.result());
}

async function* comparedTensor(
  survey: Survey,
  tensor: TensorInfo,
  blocks: BlockBuffers,
  events: PassEvents,
): AsyncGenerator<number, void> {
  const checkpoints = survey.checkpoints.length;
  const matrices = survey.matrices.filter(({ tensor: name }) => name === tensor.name);
  const parts = matrices.filter(({ range }) => range !== undefined);
  // Only a fused tensor must be cut along its rows.
  const columns = parts.length > 0 ? foldedSize(tensor.shape)!.columns : 1;
  const { rowsPerBlock, buffers } = blocks.block(columns);
  const accumulators = new Map(
    (parts.length > 0 ? parts.map(matrixKey) : [tensor.name]).map((key) => [
      key,
      new GramAccumulator(checkpoints),
    ]),
  );
  const scratch = parts.length > 0 ? buffers.map(() => new Float64Array(rowsPerBlock * columns)) : undefined;
  const totals = Array.from({ length: checkpoints }, () => 0);
  const lastSums = new RunningSums();
  const rows = tensor.elements / columns;
  for (let row = 0; row < rows; row += rowsPerBlock) {
    const count = Math.min(rowsPerBlock, rows - row);
    const length = count * columns;
    await readBlock(survey, tensor.name, row * columns, length, buffers);
    lastSums.add(buffers[checkpoints - 1]!, length);
    subtractFirst(buffers, length, totals);
    if (scratch === undefined) await accumulators.get(tensor.name)!.add(buffers, length);
    else {
      for (const part of parts) {
        let gathered = 0;
        buffers.forEach((buffer, t) => {
          gathered = gatherPart(part, columns, buffer, row, count, scratch[t]!);
        });
        if (gathered > 0) await accumulators.get(matrixKey(part))!.add(scratch, gathered);
      }
    }
    yield (row + count) / rows;
  }
  totals.forEach((sum, index) => {
    if (!Number.isFinite(sum)) events.onNotFinite(tensor, index);
  });
  events.onSums(tensor, lastSums.result());
  for (const piece of piecesOf(tensor, matrices, accumulators)) await events.onGram(piece);
}

const piecesOf = function* (
  tensor: TensorInfo,
  matrices: readonly MatrixSpec[],
  accumulators: ReadonlyMap<string, GramAccumulator>,
): Generator<GramPiece> {
  const parts = matrices.filter(({ range }) => range !== undefined);
  if (parts.length === 0) {
    const gram = accumulators.get(tensor.name)!.result();
    const [matrix] = matrices;
    yield { tensor, ...(matrix ? { matrix } : {}), gram, parameters: tensor.elements, disjoint: true };
    return;
  }
  const grams = parts.map((part) => accumulators.get(matrixKey(part))!.result());
  const whole = matrices.find(({ fused }) => fused)!;
  yield { tensor, matrix: whole, gram: sumOf(grams), parameters: tensor.elements, disjoint: false };
  for (const [i, matrix] of parts.entries()) {
    yield { tensor, matrix, gram: grams[i]!, parameters: matrix.rows * matrix.columns, disjoint: true };
  }
};

/** Sum of matrices of one size. */
export const sumOf = (matrices: readonly Matrix[]): Matrix => {
  const { rows, columns } = matrices[0]!;
  const sum = zeros(rows, columns);
  for (const { data } of matrices) {
    for (let i = 0; i < data.length; i++) sum.data[i]! += data[i]!;
  }
  return sum;
};

const readBlock = async (
  survey: Survey,
  tensor: string,
  start: number,
  length: number,
  buffers: readonly Float64Array[],
): Promise<void> => {
  for (let from = 0; from < buffers.length; from += parallelReads) {
    const reads: Promise<unknown>[] = [];
    for (let t = from; t < Math.min(from + parallelReads, buffers.length); t++) {
      const checkpoint = await survey.pool.get(t);
      reads.push(checkpoint.read(tensor, start, length, buffers[t]));
    }
    await Promise.all(reads);
  }
};

/** θ_t − θ_0 in place, and the running sums that show whether every value read was finite. */
const subtractFirst = (buffers: readonly Float64Array[], length: number, totals: number[]): void => {
  const first = buffers[0]!;
  for (let t = buffers.length - 1; t > 0; t--) {
    const buffer = buffers[t]!;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const value = buffer[i]!;
      sum += value;
      buffer[i] = value - first[i]!;
    }
    totals[t]! += sum;
  }
  let sum = 0;
  for (let i = 0; i < length; i++) sum += first[i]!;
  totals[0]! += sum;
  // Infinity minus itself is not zero: only a finite first checkpoint has a zero row.
  for (let i = 0; i < length; i++) first[i] = first[i]! - first[i]!;
};

class RunningSums {
  private sum = 0;
  private squares = 0;

  add(values: Float64Array, length: number): void {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      sum += value;
      squares += value * value;
    }
    this.sum += sum;
    this.squares += squares;
  }

  isFinite(): boolean {
    return Number.isFinite(this.sum) && Number.isFinite(this.squares);
  }

  result(): { sum: number; sumOfSquares: number } | undefined {
    return this.isFinite() ? { sum: this.sum, sumOfSquares: this.squares } : undefined;
  }
}
