import path from 'node:path';
import { takeClaim, type Claim, type ClaimOptions } from '../../../disk/claim.js';
import { liveness, type Liveness } from '../../../disk/liveness.js';
import { stateFolder } from './trainerState.js';

const claimPath = (run: string): string => path.join(stateFolder(run), 'trainer.pid');

/** Who trains a run at this moment. */
export const runLiveness = (run: string): Promise<Liveness> => liveness(claimPath(run));

/**
 * Claims a run for this process, so that no second one trains in the same folder, on this host or on another that
 * shares it.
 * @throws GeometryError `in-use` when another process trains it, `unwritable`, `disk-full`.
 */
export const claimRun = (run: string, options?: ClaimOptions): Promise<Claim> =>
  takeClaim(claimPath(run), run, options);
