import path from 'node:path';
import { runLayout } from '../contract/runLayout.js';
import { liveness, type Liveness } from '../disk/liveness.js';

export const runClaimPath = (run: string): string => path.join(run, runLayout.state, runLayout.claim);

/** Who trains a run now, whoever started it. */
export const findRun = (run: string): Promise<Liveness> => liveness(runClaimPath(run));

/**
 * Asks the process that trains a run to checkpoint and end, if it is on this machine.
 * @returns the run's holder; a run trained by another host is not touched.
 */
export const cancelRun = async (run: string): Promise<Liveness> => {
  const holder = await findRun(run);
  if (holder.kind === 'here') {
    try {
      process.kill(holder.pid, 'SIGTERM');
    } catch {
      // It has ended meanwhile.
      return { kind: 'none' };
    }
  }
  return holder;
};
