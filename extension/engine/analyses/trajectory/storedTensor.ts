import type { FileLease } from '../../checkpoints/bytes/byteSource.js';
import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { tensorColumns, type MatrixSpec } from '../../geometry/matrices.js';
import { DifferenceGram, storedJobLength } from '../../linalg/differenceGram.js';
import type { Matrix } from '../../linalg/matrix.js';
import { threadCount } from '../../linalg/threads/threads.js';
import type { Survey } from '../../series/survey.js';

/** Below, threads would be told more than they read. */
const FEWEST_ELEMENTS = 1 << 12;
/** Files that are open for threads at one time, or twice as many: systems allow as few as 1,024. */
const MOST_FILES = 200;
const BYTES = 4;

/** Jobs that threads have or are about to get: a few more than threads, so that none waits. */
const MOST_JOBS = threadCount + 2;

/** Tensors that threads may have at one time, each with all of its files. */
export const mostStored = (checkpoints: number): number =>
  Math.max(2, Math.min(MOST_JOBS, Math.floor(MOST_FILES / checkpoints)));

/** Σx and Σx². */
export interface Sums {
  readonly sum: number;
  readonly sumOfSquares: number;
}

export interface Differences {
  /** Of the rows θ_t − θ_0, and last of −θ_0: of the tensor's parts, or of itself where it has none. */
  readonly grams: readonly Matrix[];
  /** Of the last checkpoint; undefined where a value is not finite. */
  readonly sums: Sums | undefined;
}

/** Jobs of one pass, whichever tensor they belong to. */
export class Jobs {
  private readonly running: Promise<unknown>[] = [];

  /** Waits until threads have little to do. */
  async take(start: () => Promise<unknown>): Promise<void> {
    while (this.running.length >= MOST_JOBS) await this.running.shift();
    // A failure is met at the tensor's end.
    this.running.push(start().catch(() => undefined));
  }
}

/** A tensor whose files are open, for threads that read and multiply it. {@link end} must be called in every case. */
export class StoredTensor {
  private readonly grams: readonly DifferenceGram[];
  private readonly jobs: Promise<Sums | undefined>[] = [];
  private ending: Promise<Differences | undefined> | undefined;

  private constructor(
    readonly tensor: TensorInfo,
    private readonly parts: readonly (readonly Stretch[])[],
    private readonly rows: readonly LeasedRow[],
  ) {
    this.grams = parts.map(() => new DifferenceGram(rows.length + 1));
  }

  /** Undefined where the tensor must be read otherwise: it is small, or does not lie in files as float32. */
  static async open(
    survey: Survey,
    tensor: TensorInfo,
    matrices: readonly MatrixSpec[],
  ): Promise<StoredTensor | undefined> {
    const parts = stretchesOf(survey, tensor, matrices);
    const rows = parts && (await leasedRows(survey, tensor));
    return rows && new StoredTensor(tensor, parts, rows);
  }

  /** Gives all of it to threads; yields how much of it they were given. */
  async *give(jobs: Jobs): AsyncGenerator<number, void> {
    let given = 0;
    for (const [i, part] of this.parts.entries()) {
      for (const [start, length] of part) {
        const rows = this.rows.map(({ file, at }) => ({
          descriptor: file.descriptor,
          at: at + start * BYTES,
        }));
        await jobs.take(() => {
          const job = this.grams[i]!.addStored(rows, length);
          this.jobs.push(job);
          return job;
        });
        given += length;
        yield given / this.tensor.elements;
      }
    }
  }

  /**
   * What threads found of what they were given; undefined where they could not read it. Files are released after the last
   * thread has read them. @throws GeometryError `changed-while-reading`, `internal`.
   */
  end(): Promise<Differences | undefined> {
    return (this.ending ??= this.ended());
  }

  private async ended(): Promise<Differences | undefined> {
    const settled = await Promise.allSettled(this.jobs);
    await releaseAll(this.rows);
    let [sum, sumOfSquares] = [0, 0];
    for (const job of settled) {
      if (job.status === 'rejected') throw job.reason;
      if (job.value === undefined) return undefined;
      sum += job.value.sum;
      sumOfSquares += job.value.sumOfSquares;
    }
    const isFinite = Number.isFinite(sum) && Number.isFinite(sumOfSquares);
    return {
      grams: this.grams.map((gram) => gram.result()),
      sums: isFinite ? { sum, sumOfSquares } : undefined,
    };
  }
}

/** First element and length of what a thread gets at a time. */
type Stretch = readonly [start: number, length: number];

/** Of each part of the tensor, or of itself where it has none. */
const stretchesOf = (
  survey: Survey,
  { elements, shape }: TensorInfo,
  matrices: readonly MatrixSpec[],
): Stretch[][] | undefined => {
  const checkpoints = survey.checkpoints.length;
  if (elements < FEWEST_ELEMENTS || checkpoints > MOST_FILES) return undefined;
  const most = storedJobLength(checkpoints);
  const ranges = matrices.flatMap(({ range }) => range ?? []);
  if (ranges.length === 0) return [cut(0, elements, most)];
  const columns = tensorColumns(matrices[0]!, shape);
  const rows = elements / columns;
  // A part of some columns lies scattered, and numbers in no part would be missing from the sums.
  const isWhole = ranges.every(({ columns: [left, right] }) => left === 0 && right === columns);
  const covered = ranges.flatMap((range) => range.rows).sort(([a], [b]) => a - b);
  const isAll =
    covered.every(([from], i) => from === (covered[i - 1]?.[1] ?? 0)) && covered.at(-1)?.[1] === rows;
  if (!isWhole || !isAll) return undefined;
  return ranges.map((range) => range.rows.flatMap(([from, to]) => cut(from * columns, to * columns, most)));
};

const cut = (from: number, to: number, most: number): Stretch[] => {
  const pieces: Stretch[] = [];
  for (let at = from; at < to; at += most) pieces.push([at, Math.min(most, to - at)]);
  return pieces;
};

/** One checkpoint's numbers of a tensor: from byte `at` of an open file. */
interface LeasedRow {
  readonly file: FileLease;
  readonly at: number;
}

/** Undefined where a checkpoint has no such place; why a file cannot be had, whoever reads the tensor otherwise says. */
const leasedRows = async (survey: Survey, { name }: TensorInfo): Promise<LeasedRow[] | undefined> => {
  const rows: LeasedRow[] = [];
  for (let t = 0; t < survey.checkpoints.length; t++) {
    const row = await leasedRow(survey, name, t).catch(() => undefined);
    if (row === undefined) {
      await releaseAll(rows);
      return undefined;
    }
    rows.push(row);
  }
  return rows;
};

const leasedRow = async (survey: Survey, name: string, t: number): Promise<LeasedRow | undefined> => {
  const place = (await survey.pool.get(t)).place?.(name);
  if (place?.dtype !== 'float32') return undefined;
  const file = await place.source.lease?.();
  return file && { file, at: file.start + place.offset };
};

/** Releases every one, then throws the first failure. */
const releaseAll = async (rows: readonly LeasedRow[]): Promise<void> => {
  const released = await Promise.allSettled(rows.map(({ file }) => file.release()));
  const failed = released.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};
