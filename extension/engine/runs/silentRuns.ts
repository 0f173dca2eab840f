import { setTimeout } from 'node:timers/promises';
import { BEAT_MS, findClaim, type FoundClaim } from '../../disk/liveness.js';
import { runClaimPath } from '../../queue/localRun.js';
import { atATime } from '../ground/atATime.js';

/** How long a claim is watched before a table calls it silent; it is taken over only much later. */
const watchMs = 2.5 * BEAT_MS;
const lookMs = 1_000;
const filesAtOnce = 64;

/** Recently seen to beat, or released. */
const isProven = (found: FoundClaim | undefined): boolean =>
  found === undefined || (found.watched.hasBeaten && found.watched.silentMs < watchMs);

/**
 * Watches runs that another host may train, all together. Returns as soon as each has beaten or been released.
 * @returns the folders of those without a beat for two and a half beat intervals.
 */
export const silentRuns = async (runs: readonly string[]): Promise<ReadonlySet<string>> => {
  const end = performance.now() + watchMs;
  for (let open = runs; ;) {
    const looks = await atATime(open, filesAtOnce, async (run) => ({
      run,
      isProven: isProven(await findClaim(runClaimPath(run))),
    }));
    open = looks.flatMap(({ run, isProven }) => (isProven ? [] : [run]));
    if (open.length === 0 || performance.now() >= end) return new Set(open);
    await setTimeout(lookMs);
  }
};
