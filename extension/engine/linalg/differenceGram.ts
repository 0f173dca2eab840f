import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { GeometryError } from '../../contract/errors.js';
import { differenceWorkerSource, type DifferenceAnswer, type DifferenceJob } from './differenceWorker.js';
import { kernelsBase64 } from './kernels.generated.js';
import type { Matrix } from './matrix.js';

/** The thread waits this long for another block; an engine that has finished may end. */
const IDLE_MS = 5_000;

interface Waiting {
  readonly resolve: (answer: DifferenceAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

/** A thread that multiplies while others do, and while the next block is read. */
class Multiplier {
  private readonly worker = new Worker(differenceWorkerSource, {
    eval: true,
    workerData: Buffer.from(kernelsBase64, 'base64'),
  });
  private readonly waiting: Waiting[] = [];
  private retirement: NodeJS.Timeout | undefined;

  constructor(private readonly onEnd: (ended: Multiplier) => void) {
    this.worker.unref();
    this.worker.on('message', (answer: DifferenceAnswer) => {
      this.waiting.shift()?.resolve(answer);
      if (this.waiting.length > 0) return;
      this.worker.unref();
      this.retirement = setTimeout(() => this.end(), IDLE_MS).unref();
    });
    this.worker.on('error', (cause) => {
      this.onEnd(this);
      const failure = new GeometryError('internal', 'A thread of the linear algebra failed.', { cause });
      for (const { reject } of this.waiting.splice(0)) reject(failure);
    });
  }

  get load(): number {
    return this.waiting.length;
  }

  /** Answers come in the order of the questions. */
  ask(job: DifferenceJob): Promise<DifferenceAnswer> {
    clearTimeout(this.retirement);
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(
        job,
        job.rows.map(({ buffer }) => buffer as ArrayBuffer),
      );
    });
  }

  private end(): void {
    this.onEnd(this);
    void this.worker.terminate();
  }
}

let multipliers: readonly Multiplier[] = [];

/** The one with the least to do; one thread a core at most. */
const freest = (): Multiplier => {
  const [idlest] = [...multipliers].sort((a, b) => a.load - b.load);
  const isFull = multipliers.length >= availableParallelism();
  if (idlest !== undefined && (idlest.load === 0 || isFull)) return idlest;
  const started = new Multiplier((ended) => {
    multipliers = multipliers.filter((other) => other !== ended);
  });
  multipliers = [...multipliers, started];
  return started;
};

/**
 * The Gram matrix of θ_t − θ_0 for T long rows θ_t that are read in pieces, each piece once: differences and sums in
 * float64, on threads of their own.
 */
export class DifferenceGram {
  private readonly sums: Float64Array;
  /** Rows as the kernel takes them: a multiple of four. */
  private readonly padded: number;
  /** Sums are added in the order in which they were asked for: the same rows give the same bits. */
  private added: Promise<readonly Float64Array[]> = Promise.resolve([]);

  constructor(readonly rows: number) {
    this.padded = 4 * Math.ceil(rows / 4);
    this.sums = new Float64Array(this.padded * this.padded);
  }

  /**
   * Adds the products over the first `length` numbers of each row. The rows, each with a buffer of its own, go to
   * another thread and are no longer the caller's; the promise gives them back. @throws GeometryError `internal`.
   */
  add(rows: readonly Float64Array[], length: number): Promise<readonly Float64Array[]> {
    const answer = freest().ask({ rows, length });
    const before = this.added;
    this.added = Promise.all([answer, before]).then(([{ sums, rows: back }]) => {
      for (let i = 0; i < sums.length; i++) this.sums[i]! += sums[i]!;
      return back;
    });
    return this.added;
  }

  /** T × T, of all that was added so far; symmetric to the last bit. Not finite on the diagonal where a row is not. */
  result(): Matrix {
    const { rows, padded } = this;
    const data = new Float64Array(rows * rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        data[i * rows + j] = this.sums[Math.max(i, j) * padded + Math.min(i, j)]!;
      }
    }
    return { rows, columns: rows, data };
  }
}
