import { workerData } from 'node:worker_threads';

const parent = workerData as number;
setInterval(() => {
  let isGone = process.ppid !== parent;
  try {
    process.kill(parent, 0);
  } catch (error) {
    isGone ||= (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  if (isGone) process.kill(process.pid, 'SIGKILL');
}, 1000);
