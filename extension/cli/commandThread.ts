import { constants } from 'node:os';
import { parentPort, SHARE_ENV, Worker, workerData } from 'node:worker_threads';

/**
 * Set by the scripts of clusters: their file systems may be slow, and their schedulers wait longer than a
 * person does.
 */
const graceSeconds = Number(process.env.WEIGHT_GEOMETRY_GRACE_SECONDS);
const isPatient = graceSeconds > 0;
/** Time for a command that was told to end to write its last checkpoint and end by itself. */
const GRACE_MS = isPatient ? 1000 * graceSeconds : 1_200;
/** Its thread is then terminated. A thread in a long native call ends with the process. */
const LAST_MS = GRACE_MS + 500;

type Ending = 'SIGINT' | 'SIGTERM';

/**
 * Ends the process with the signal's default action, whatever its threads wait for. An orderly exit would wait
 * for a thread that is blocked on a named pipe.
 */
const endAtOnce = (name: Ending): void => {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
};

/**
 * Runs the command of `script` in its own thread, so that the main thread, which receives signals, can always
 * answer them: a training step or a large matrix blocks its thread. SIGINT and SIGTERM abort the command. If it
 * does not end soon, or is signalled again, it is terminated. The status is the command's, 130 after SIGINT,
 * 143 after SIGTERM.
 */
export const startCommandThread = (script: string): void => {
  // A reader that has seen enough (`| head`) closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  const worker = new Worker(script, {
    argv: process.argv.slice(2),
    // Native libraries read the process's environment, which a thread's own copy would not reach.
    env: SHARE_ENV,
    workerData: { isTerminal: process.stderr.isTTY },
  });
  let status: number | undefined;
  const end = (name: Ending): void => {
    if (status !== undefined) {
      // A scheduler signals both the script and its child, and the script forwards the signal: the two count as
      // one.
      if (!isPatient) endAtOnce(name);
      return;
    }
    status = 128 + constants.signals[name];
    worker.postMessage(name);
    setTimeout(() => void worker.terminate(), GRACE_MS).unref();
    setTimeout(() => endAtOnce(name), LAST_MS).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, end);
  worker.on('error', (thrown) => console.error(thrown));
  worker.on('exit', (code) => (process.exitCode = status ?? code));
};

/** In the command's thread: messages of the main thread. */
export const commandThread = (): { readonly isTerminal: boolean; readonly signal: AbortSignal } => {
  const interrupted = new AbortController();
  parentPort!.once('message', () => interrupted.abort());
  parentPort!.unref();
  const { isTerminal } = workerData as { isTerminal: boolean | undefined };
  return { isTerminal: isTerminal === true, signal: interrupted.signal };
};
