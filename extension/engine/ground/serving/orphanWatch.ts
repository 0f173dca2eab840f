import { Worker } from 'node:worker_threads';
import { program } from './orphanThread.generated.js';

/**
 * Ends this process when the one that started it has gone, even while a long native call blocks the main thread and the
 * closed channel cannot be noticed: a thread of its own looks for the parent once a second.
 */
export function endWithParent(): void {
  const watch = new Worker(program, { eval: true, workerData: process.ppid, stdout: false, stderr: false });
  watch.unref();
}
