import { Worker } from 'node:worker_threads';
import { program } from './orphanThread.generated.js';

/**
 * Ends this process when its parent is gone, even while a long native call blocks the main thread, which then
 * cannot notice the closed channel: a separate thread checks the parent once a second.
 */
export function endWithParent(): void {
  const watch = new Worker(program, { eval: true, workerData: process.ppid, stdout: false, stderr: false });
  watch.unref();
}
