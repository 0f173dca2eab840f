import { Worker } from 'node:worker_threads';

/**
 * Ends this process when the one that started it has gone, even while a long native call blocks the main thread and the
 * closed channel cannot be noticed: a thread of its own looks for the parent once a second.
 */
export function endWithParent(): void {
  const watch = new Worker(
    `const parent = ${process.ppid};
     setInterval(() => {
       let gone = process.ppid !== parent;
       try { process.kill(parent, 0); } catch (error) { gone ||= error.code === 'ESRCH'; }
       if (gone) process.kill(process.pid, 'SIGKILL');
     }, 1000);`,
    { eval: true, stdout: false, stderr: false },
  );
  watch.unref();
}
