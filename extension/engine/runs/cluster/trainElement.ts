import { setTimeout } from 'node:timers/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import { LAPSE_MS, findClaim, livenessOf } from '../../../disk/liveness.js';
import type { Launcher } from '../../../queue/launcher.js';
import { runClaimPath } from '../../../queue/localRun.js';
import type { Cell } from '../grid.js';
import { asRows, inThisProcess } from '../engineLaunchers.js';
import { runSweep, type SweepOptions } from '../runSweep.js';
import { runFolder } from '../sweepFile.js';
import type { Submission } from './submission.js';

/** A run that a dead node held is free when its beat has been silent for this long; a live one beats twelve times. */
const patienceMs = LAPSE_MS + 5_000;
const lookMs = 1_000;

/** Waits while a claim of another host may be a dead node's; returns at once where it beats or nobody holds it. */
const waitForClaim = async (run: string, signal: AbortSignal): Promise<void> => {
  const file = runClaimPath(run);
  const first = await findClaim(file);
  for (let waited = 0; waited < patienceMs && !signal.aborted; waited += lookMs) {
    const now = await findClaim(file);
    const isSilent = now?.beatMs === first?.beatMs && now?.holder?.token === first?.holder?.token;
    if (livenessOf(now).kind !== 'elsewhere' || !isSilent) return;
    await setTimeout(lookMs);
  }
};

/** New runs have so many threads; one that goes on keeps its own. */
const withThreads = (launcher: Launcher, threads: number | undefined): Launcher => ({
  ...launcher,
  start: (request, events) =>
    launcher.start(
      threads === undefined || request.resume === true ? request : { ...request, threads },
      events,
    ),
});

/**
 * What an element of an array does: trains its runs, alone or as rows of one graph.
 * @param sweep the folder that holds `cluster/`.
 * @throws GeometryError as {@link runSweep}; `invalid-argument` for an index that the submission has not.
 */
export const trainElement = async (
  sweep: string,
  cells: readonly Cell[],
  submission: Submission,
  index: number,
  options: Omit<SweepOptions, 'launcher'>,
): Promise<void> => {
  const names = submission.elements[index];
  if (names === undefined) {
    throw new GeometryError('invalid-argument', `${submission.name} has no element ${index}.`);
  }
  const own = cells.filter(({ name }) => names.includes(name));
  await Promise.all(own.map((cell) => waitForClaim(runFolder(path.resolve(sweep), cell), options.signal)));
  const launcher = own.length > 1 ? asRows(own.length) : inThisProcess();
  await runSweep(sweep, own, { ...options, launcher: withThreads(launcher, submission.options.cpusPerRun) });
};
