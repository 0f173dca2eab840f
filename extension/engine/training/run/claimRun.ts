import { takeClaim, type Claim, type ClaimOptions } from '../../../disk/claim.js';
import { runClaimPath } from '../../../queue/localRun.js';

/**
 * Claims a run for this process, so that no second one trains in the same folder, on this host or on another that
 * shares it.
 * @throws GeometryError `in-use` when another process trains it, `unwritable`, `disk-full`.
 */
export const claimRun = (run: string, options?: ClaimOptions): Promise<Claim> =>
  takeClaim(runClaimPath(run), run, options);
