import { parentPort } from 'node:worker_threads';

/** A job's answer, and the buffers transferred with it. */
export interface Outcome {
  readonly answer: unknown;
  readonly transfer: readonly ArrayBufferLike[];
}

export interface Question {
  readonly name: string;
  readonly job: unknown;
}

/** In a thread: answers the pool's questions in order, each with the outcome of the named job. */
export function serveJobs(jobs: Readonly<Record<string, (job: never) => Promise<Outcome>>>): void {
  const port = parentPort;
  if (port === null) throw new Error('This program runs in a thread.');
  let before: Promise<void> = Promise.resolve();
  port.on('message', ({ name, job }: Question) => {
    before = before.then(async () => {
      const { answer, transfer } = await jobs[name]!(job as never);
      port.postMessage(answer, transfer as ArrayBuffer[]);
    });
  });
}
