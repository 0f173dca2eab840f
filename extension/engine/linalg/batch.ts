import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { GeometryError } from '../../contract/errors.js';
import type { BatchAnswer, BatchJob } from './batchWorker.js';
import { batchWorkerSource } from './batchWorker.js';
import { kernelsBase64 } from './kernels.generated.js';
import type { Matrix } from './matrix.js';

/** A job's share: about 20 ms of work, so that cancelling is quick and the cores finish together. */
const JOB_WORK = 5e7;
/** Threads wait this long for another batch; an engine that has finished may end. */
const IDLE_MS = 5_000;

interface Member {
  readonly worker: Worker;
  /** Rejects the job in hand when the thread fails. */
  fail: (cause: unknown) => void;
}

let pool: Member[] = [];
let users = 0;
let retirement: NodeJS.Timeout | undefined;

const start = (): Member => {
  const worker = new Worker(batchWorkerSource, {
    eval: true,
    workerData: Buffer.from(kernelsBase64, 'base64'),
  });
  const member: Member = { worker, fail: () => undefined };
  worker.on('error', (cause) => {
    pool = pool.filter((other) => other !== member);
    member.fail(cause);
  });
  worker.unref();
  return member;
};

const retire = (): void => {
  for (const { worker } of pool) void worker.terminate();
  pool = [];
};

const ask = (member: Member, job: BatchJob): Promise<BatchAnswer> =>
  new Promise((resolve, reject) => {
    member.fail = (cause) => {
      reject(new GeometryError('internal', 'A thread of the linear algebra failed.', { cause }));
    };
    // Listening keeps the process alive exactly while an answer is owed.
    member.worker.ref();
    member.worker.once('message', (answer: BatchAnswer) => {
      member.worker.unref();
      resolve(answer);
    });
    member.worker.postMessage(job, [job.data.buffer as ArrayBuffer]);
  });

/**
 * Descending singular values of many small matrices, each with rows ≥ columns, scaled so that the largest element is
 * near 1; one thread a core. @throws GeometryError `cancelled`, `internal`.
 */
export const batchValues = async (
  matrices: readonly Matrix[],
  signal: AbortSignal | undefined,
): Promise<Float64Array[]> => {
  clearTimeout(retirement);
  users++;
  try {
    const results: Float64Array[] = [];
    let next = 0;
    const serve = async (member: Member): Promise<void> => {
      while (next < matrices.length) {
        if (signal?.aborted === true) throw new GeometryError('cancelled', 'The computation was cancelled.');
        const first = next;
        let length = 0;
        for (let work = 0; next < matrices.length && work < JOB_WORK; next++) {
          const { rows, columns } = matrices[next]!;
          length += rows * columns;
          work += 4 * rows * columns * columns;
        }
        const chosen = matrices.slice(first, next);
        const data = new Float64Array(length);
        let at = 0;
        for (const matrix of chosen) {
          data.set(matrix.data, at);
          at += matrix.data.length;
        }
        const { values, missing } = await ask(member, {
          sizes: chosen.map(({ rows, columns }) => ({ rows, columns })),
          data,
        });
        if (missing > 0) throw new GeometryError('internal', `${missing} singular values did not converge.`);
        let from = 0;
        chosen.forEach(({ columns }, i) => {
          results[first + i] = values.slice(from, from + columns);
          from += columns;
        });
      }
    };
    // A batch that comes while another runs has threads of its own: a thread answers one job at a time.
    const shared = users === 1;
    if (shared) while (pool.length < availableParallelism()) pool.push(start());
    const members = shared ? [...pool] : [start()];
    try {
      // All threads answer before anyone else may ask them, also where one has failed or the batch is cancelled.
      const ends = await Promise.allSettled(members.map(serve));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    } finally {
      if (!shared) for (const { worker } of members) void worker.terminate();
    }
    return results;
  } finally {
    users--;
    if (users === 0) retirement = setTimeout(retire, IDLE_MS).unref();
  }
};
