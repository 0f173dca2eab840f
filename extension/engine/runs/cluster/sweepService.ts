import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { Place, SweepSubmission } from '../../../contract/sweep.js';
import { cellsOf, type Grid } from '../grid.js';
import { readSweep } from '../sweepFile.js';
import { readSubmissions } from './submission.js';
import { stopSweep, submitSweep } from './submitSweep.js';
import { sweepPlaces } from './sweepPlaces.js';
import { schedulerNamed } from './table.js';

/** The command beside the running bundle: nodes run it. */
const command = (): string[] => [process.execPath, path.join(__dirname, 'cli.js')];

const gridIn = async (sweep: string): Promise<Grid> => {
  const grid = await readSweep(sweep);
  if (grid === undefined) throw new GeometryError('not-found', `${sweep} holds no sweep.`);
  return grid;
};

/** The state of a sweep's runs; empty if it was never submitted. */
export const placesIn = async (sweep: string): Promise<Place[]> =>
  (await readSubmissions(sweep)).length === 0 ? [] : sweepPlaces(sweep, cellsOf(await gridIn(sweep)));

/**
 * Submits the rest of a sweep, by default with the last submission's options.
 * @throws GeometryError `invalid-argument` if it was never submitted; as {@link submitSweep}.
 */
export const submitAgain = async (sweep: string, asked: SweepSubmission | null): Promise<number> => {
  const submission = asked ?? (await readSubmissions(sweep)).at(-1);
  if (submission === undefined) {
    throw new GeometryError('invalid-argument', `${sweep} was never submitted: say where it is to run.`);
  }
  const { scheduler, options, provider, rowsPerTask } = submission;
  const grid = await gridIn(sweep);
  return submitSweep(sweep, cellsOf(grid), {
    grid,
    ...{ scheduler: schedulerNamed(scheduler), job: options, provider, rowsPerTask, command: command() },
  });
};

/** Stops the named runs of a submitted sweep, or all. */
export const stopIn = async (sweep: string, names: readonly string[] | null): Promise<void> =>
  stopSweep(sweep, await placesIn(sweep), (name) => schedulerNamed(name), names ?? undefined);
