import { setTimeout } from 'node:timers/promises';
import { BEAT_MS, findClaim, type FoundClaim } from '../../disk/liveness.js';
import { runClaimPath } from '../../queue/localRun.js';
import { atATime } from '../ground/atATime.js';

/** For how long a claim is watched before a table says that nobody beats: it is taken over only much later. */
const watchMs = 2.5 * BEAT_MS;
const lookMs = 1_000;
const filesAtOnce = 64;

/** Seen to beat not long ago, or let go. */
const isProven = (found: FoundClaim | undefined): boolean =>
  found === undefined || (found.watched.hasBeaten && found.watched.silentMs < watchMs);

/**
 * Watches runs that another host may train, all together, and returns as soon as each has beaten or been let go.
 * @returns the folders of those that did not beat for two and a half beats.
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
