import { ThreadPool } from '../../ground/work/threadPool.js';
import type { AnswerOf, JobName, JobOf } from './jobs.js';
import { program } from './thread.generated.js';

const pool = new ThreadPool(program, 'A thread of the linear algebra failed.');

/** Gives a job to the thread with the least to do. Buffers in `transfer` are no longer the caller's. */
export const onThread = <Name extends JobName>(
  name: Name,
  job: JobOf<Name>,
  transfer: readonly ArrayBuffer[],
): Promise<AnswerOf<Name>> => pool.ask(name, job, transfer) as Promise<AnswerOf<Name>>;

export const threadCount = pool.size;
