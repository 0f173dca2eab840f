import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import { DifferenceGram } from '../../linalg/differenceGram.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import { isParameter, type Survey } from '../../series/survey.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { gatherPart } from '../../series/tensorMatrix.js';
import { isFinite } from '../../series/tensorValues.js';
import { Jobs, mostStored, StoredTensor, type Differences, type Sums } from './storedTensor.js';

/** Bytes of float64 that the blocks hold over all checkpoints: what the pass needs, however large the model. */
const blockBytes = 32 << 20;
/** Blocks: one is read while others are multiplied. */
const blockCount = 3;
/** Numbers read at a time of a tensor that only the last checkpoint is read for. */
const summedElements = 1 << 17;
/** Other tasks and a cancel get their turn this often. */
const turnMs = 20;
/** Reads under way at one time. */
const parallelReads = 4;

/** What one pass over every byte of a series gives. */
export interface PassEvents {
  /** A tensor of the last checkpoint has been read: Σx and Σx², absent where a value is not finite. */
  readonly onSums: (tensor: TensorInfo, sums: Sums | undefined) => void;
  /** NaN or infinity in a tensor of checkpoint `index`. */
  readonly onNotFinite: (tensor: TensorInfo, index: number) => void;
  /**
   * Inner products of the rows θ_t − θ_0, and last of −θ_0, over one matrix (a fused one, or its part) or one tensor
   * without a matrix: (T + 1)². Rows and columns of a checkpoint with NaN or infinity are NaN.
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

/**
 * Tensor by tensor, all checkpoints beside each other: each byte is read once. Float32 that lies in files as it is is read
 * by threads, all else block by block.
 */
export async function* trajectoryPass(survey: Survey, events: PassEvents): AsyncGenerator<TaskStep, void> {
  const comparable = new Set(survey.comparable.map(({ name }) => name));
  const work = survey.tensors.filter(({ readable, complex }) => readable && complex !== true);
  const checkpoints = survey.checkpoints.length;
  const cost = (tensor: TensorInfo): number =>
    tensor.elements * (comparable.has(tensor.name) ? checkpoints : 1);
  const total = work.reduce((sum, tensor) => sum + cost(tensor), 0);
  const blocks = new Blocks(
    checkpoints,
    work.reduce((most, { elements }) => Math.max(most, elements), 1),
  );
  const buffer = new Float64Array(summedElements);
  const late = new LateTensors(survey, blocks, events);
  const passed = async function* (tensor: TensorInfo): AsyncGenerator<number, void> {
    const isCompared = comparable.has(tensor.name) && checkpoints > 1;
    if (isCompared && (yield* late.give(tensor))) return;
    // Tensors are told of in their order.
    yield* late.tellAll();
    if (isCompared) yield* comparedTensor(survey, tensor, blocks, events);
    else yield* summedTensor(survey, tensor, buffer, events);
  };
  let before = 0;
  let yieldedAt = performance.now();
  try {
    for (const tensor of work) {
      for await (const fraction of passed(tensor)) {
        // Small tensors come by the thousand.
        if (performance.now() - yieldedAt < turnMs) continue;
        yieldedAt = performance.now();
        yield stepAt(before + fraction * cost(tensor), total);
      }
      before += cost(tensor);
    }
    for await (const more of late.tellAll()) yield stepAt(total + more, total);
  } finally {
    await late.close();
  }
}

const stepAt = (done: number, total: number): TaskStep => ({
  fraction: total > 0 ? done / total : 1,
  text: `Reading: ${inMillions(done)} of ${inMillions(total)} million numbers`,
});

/** Tensors that threads read while others are given to them. */
class LateTensors {
  private readonly jobs = new Jobs();
  private readonly open: StoredTensor[] = [];
  private readonly most: number;

  constructor(
    private readonly survey: Survey,
    private readonly blocks: Blocks,
    private readonly events: PassEvents,
  ) {
    this.most = mostStored(survey.checkpoints.length);
  }

  /** Gives a tensor to threads; false where they cannot read it. */
  async *give(tensor: TensorInfo): AsyncGenerator<number, boolean> {
    while (this.open.length >= this.most) yield* this.tellFirst();
    const stored = await StoredTensor.open(this.survey, tensor, wholeMatrices(this.survey, tensor));
    if (stored === undefined) return false;
    this.open.push(stored);
    yield* stored.give(this.jobs);
    return true;
  }

  /** Yields zeros: what is told of has been given before. */
  async *tellAll(): AsyncGenerator<number, void> {
    while (this.open.length > 0) yield* this.tellFirst();
  }

  private async *tellFirst(): AsyncGenerator<number, void> {
    const [first] = this.open as [StoredTensor, ...StoredTensor[]];
    const found = await first.end();
    this.open.shift();
    if (found !== undefined) await tell(this.survey, first.tensor, found, this.events);
    else {
      const again = comparedTensor(this.survey, first.tensor, this.blocks, this.events);
      for await (const fraction of again) yield 0 * fraction;
    }
    yield 0;
  }

  /** Ends what is not told of any more. Failures are those of files that are not used further. */
  async close(): Promise<void> {
    await Promise.allSettled(this.open.map((stored) => stored.end()));
  }
}

/** One block of numbers per checkpoint, used again and again. */
class Block {
  private rows: Promise<readonly Float64Array[]>;

  constructor(checkpoints: number, length: number) {
    this.rows = Promise.resolve(Array.from({ length: checkpoints }, () => new Float64Array(length)));
  }

  /** The rows, once nobody multiplies them any more. */
  free(): Promise<readonly Float64Array[]> {
    return this.rows;
  }

  /** Gives the rows away to be multiplied while other blocks are read. */
  multiply(rows: readonly Float64Array[], gram: DifferenceGram, length: number): void {
    this.rows = gram.add(rows, length);
    // A failure is met where the block is waited for; until then it must not count as unhandled.
    this.rows.catch(() => undefined);
  }
}

class Blocks {
  readonly perCheckpoint: number;
  private readonly blocks: readonly Block[];

  constructor(
    private readonly checkpoints: number,
    largestTensor: number,
  ) {
    const affordable = Math.max(4096, Math.floor(blockBytes / blockCount / 8 / checkpoints));
    this.perCheckpoint = Math.min(largestTensor, affordable);
    this.blocks = this.ofLength(this.perCheckpoint);
  }

  /** Whole rows of a matrix per block; a row longer than a block goes by itself into larger ones. */
  forRows(columns: number): { readonly rowsPerBlock: number; readonly blocks: readonly Block[] } {
    const rowsPerBlock = Math.floor(this.perCheckpoint / columns);
    if (rowsPerBlock > 0) return { rowsPerBlock, blocks: this.blocks };
    return { rowsPerBlock: 1, blocks: this.ofLength(columns) };
  }

  private ofLength(length: number): Block[] {
    // One row more than there are checkpoints stays zero: its difference from the first is −θ_0.
    return Array.from({ length: blockCount }, () => new Block(this.checkpoints + 1, length));
  }
}

/** Σx and Σx² of a tensor that only the last checkpoint is read for. */
async function* summedTensor(
  survey: Survey,
  tensor: TensorInfo,
  buffer: Float64Array,
  events: PassEvents,
): AsyncGenerator<number, void> {
  const index = survey.checkpoints.length - 1;
  const checkpoint = await survey.pool.get(index);
  const sums = new RunningSums();
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
  allBlocks: Blocks,
  events: PassEvents,
): AsyncGenerator<number, void> {
  const checkpoints = survey.checkpoints.length;
  const matrices = wholeMatrices(survey, tensor);
  const parts = matrices.filter(({ range }) => range !== undefined);
  // Only a fused tensor must be cut along its rows.
  const columns = parts.length > 0 ? tensorColumns(parts[0]!, tensor.shape) : 1;
  const { rowsPerBlock, blocks } = allBlocks.forRows(columns);
  const pieces = parts.length > 0 ? parts : [undefined];
  const grams = pieces.map(() => new DifferenceGram(checkpoints + 1));
  const gathered = parts.map(() => new Block(checkpoints + 1, rowsPerBlock * columns));
  const lastSums = new RunningSums();
  const rows = tensor.elements / columns;
  for (let row = 0, turn = 0; row < rows; row += rowsPerBlock, turn++) {
    const count = Math.min(rowsPerBlock, rows - row);
    const length = count * columns;
    const block = blocks[turn % blockCount]!;
    const values = await block.free();
    await readBlock(survey, tensor.name, row * columns, length, values.slice(0, checkpoints));
    lastSums.add(values[checkpoints - 1]!, length);
    if (parts.length === 0) block.multiply(values, grams[0]!, length);
    for (const [i, part] of parts.entries()) {
      const target = await gathered[i]!.free();
      const lengths = values.map((from, t) => gatherPart(part, columns, from, row, count, target[t]!));
      if (lengths[0]! > 0) gathered[i]!.multiply(target, grams[i]!, lengths[0]!);
    }
    yield (row + count) / rows;
  }
  for (const block of [...blocks, ...gathered]) await block.free();
  await tell(survey, tensor, { grams: grams.map((gram) => gram.result()), sums: lastSums.result() }, events);
}

const tell = async (
  survey: Survey,
  tensor: TensorInfo,
  { grams, sums }: Differences,
  events: PassEvents,
): Promise<void> => {
  for (const index of await notFiniteRows(survey, tensor, grams)) {
    events.onNotFinite(tensor, index);
    for (const gram of grams) spoilRow(gram, index);
  }
  events.onSums(tensor, sums);
  for (const piece of piecesOf(tensor, wholeMatrices(survey, tensor), grams)) await events.onGram(piece);
};

/** Each matrix of a stack has its spectrum; the trajectory is that of the stack. */
const wholeMatrices = (survey: Survey, { name }: TensorInfo): readonly MatrixSpec[] =>
  (survey.matricesOf.get(name) ?? []).filter(({ stacked }) => stacked === undefined);

/** Checkpoints in which a value is NaN or infinite: read again only where the products say that something is amiss. */
const notFiniteRows = async (
  survey: Survey,
  tensor: TensorInfo,
  grams: readonly Matrix[],
): Promise<number[]> => {
  const checkpoints = survey.checkpoints.length;
  const isSound = (t: number): boolean =>
    grams.every(({ data, rows }) => Number.isFinite(data[t * rows + t]));
  const suspects = Array.from({ length: checkpoints }, (_, t) => t).filter((t) => !isSound(t));
  // A first checkpoint that is not finite spoils the differences of all others.
  if (suspects.length > 0) suspects.unshift(0);
  const faulty: number[] = [];
  for (const index of suspects) {
    if (!(await isFiniteAt(survey, tensor, index))) faulty.push(index);
  }
  return faulty;
};

const isFiniteAt = async (
  survey: Survey,
  { name, elements }: TensorInfo,
  index: number,
): Promise<boolean> => {
  const checkpoint = await survey.pool.get(index);
  const buffer = new Float64Array(Math.min(elements, summedElements));
  for (let start = 0; start < elements; start += buffer.length) {
    const length = Math.min(buffer.length, elements - start);
    await checkpoint.read(name, start, length, buffer);
    if (!isFinite(buffer.subarray(0, length))) return false;
  }
  return true;
};

const spoilRow = ({ rows: n, data }: Matrix, index: number): void => {
  for (let t = 0; t < n; t++) data[index * n + t] = data[t * n + index] = NaN;
};

const piecesOf = function* (
  tensor: TensorInfo,
  matrices: readonly MatrixSpec[],
  grams: readonly Matrix[],
): Generator<GramPiece> {
  const parts = matrices.filter(({ range }) => range !== undefined);
  if (parts.length === 0) {
    const [matrix] = matrices;
    yield {
      tensor,
      ...(matrix ? { matrix } : {}),
      gram: grams[0]!,
      parameters: tensor.elements,
      disjoint: true,
    };
    return;
  }
  const whole = matrices.find(({ fused }) => fused);
  yield {
    tensor,
    ...(whole ? { matrix: whole } : {}),
    gram: sumOf(grams),
    parameters: tensor.elements,
    disjoint: false,
  };
  for (const [i, matrix] of parts.entries()) {
    yield { tensor, matrix, gram: grams[i]!, parameters: matrix.rows * matrix.columns, disjoint: true };
  }
};

/** Sum of matrices of one size. */
const sumOf = (matrices: readonly Matrix[]): Matrix => {
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

  result(): Sums | undefined {
    return this.isFinite() ? { sum: this.sum, sumOfSquares: this.squares } : undefined;
  }
}

/** Small models have fewer than a million. */
const inMillions = (count: number): string => (count / 1e6).toFixed(count < 1e7 ? 1 : 0);
