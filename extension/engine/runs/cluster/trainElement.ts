import { setTimeout } from 'node:timers/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import { findClaim, livenessOf } from '../../../disk/liveness.js';
import type { Launcher } from '../../../queue/launcher.js';
import { runClaimPath } from '../../../queue/localRun.js';
import type { Cell } from '../grid.js';
import { asRows, inThisProcess } from '../engineLaunchers.js';
import { runSweep, type SweepOptions } from '../runSweep.js';
import { runFolder } from '../sweepFile.js';
import type { Submission } from './submission.js';

const lookMs = 1_000;

/**
 * Waits while another host's claim may belong to a dead node, until it has been silent for as long as a claim
 * is valid. Returns at once if it beats or nobody holds it.
 */
const waitForClaim = async (run: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const found = await findClaim(runClaimPath(run));
    const state = livenessOf(found);
    const isOpen = state.kind === 'elsewhere' || (state.kind === 'lapsed' && state.by === 'clock');
    if (!isOpen || found?.watched.hasBeaten === true) return;
    await setTimeout(lookMs);
  }
};

/** Thread count of new runs; a resumed run keeps its own. */
const withThreads = (launcher: Launcher, threads: number | undefined): Launcher => ({
  ...launcher,
  start: (request, events) =>
    launcher.start(
      threads === undefined || request.resume === true ? request : { ...request, threads },
      events,
    ),
});

/**
 * The work of an array's element: trains its runs, alone or as rows of one graph.
 * @param sweep the folder that holds `cluster/`.
 * @throws GeometryError as {@link runSweep}; `invalid-argument` for an index that the submission does not have.
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
  await runSweep(sweep, own, {
    ...options,
    launcher: withThreads(launcher, submission.options.cpusPerRun),
    // The element's resources must not idle while another host trains its runs.
    waitsForOthers: false,
  });
};
