import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { ProviderName } from '../../../contract/run.js';
import type { JobOptions, Place } from '../../../contract/sweep.js';
import { writeAtomically } from '../../../disk/atomicFile.js';
import { takeClaim } from '../../../disk/claim.js';
import { makeFolder } from '../../../disk/folders.js';
import type { Cell, Grid } from '../grid.js';
import { atATime } from '../../ground/atATime.js';
import { grouped } from '../../ground/work/grouped.js';
import { filesAtOnce } from '../progress.js';
import { isLeft } from './runStates.js';
import { cudaFlags, type ArrayJob, type Scheduler, type Submitted } from './scheduler.js';
import {
  clusterFolder,
  readSubmissions,
  stopPath,
  submissionPath,
  writeSubmission,
  type Submission,
} from './submission.js';
import { askedJob, elementsOf, sweepPlaces } from './sweepPlaces.js';

export interface SubmitOptions {
  readonly scheduler: Scheduler;
  readonly job: JobOptions;
  readonly provider: ProviderName;
  /** Number of runs per element, trained as rows of one graph. */
  readonly rowsPerTask: number;
  /** The headless command: the program and its first arguments. */
  readonly command: readonly string[];
  /** The machine options of the sweep. */
  readonly grid: Grid;
}

/** Groups runs of one shape, `size` per element. */
const inGroups = (cells: readonly Cell[], size: number): string[][] => {
  const shapes = grouped(cells, ({ config: { model, data, batch } }) =>
    JSON.stringify([model, data.tasks, batch]),
  );
  return [...shapes.values()].flatMap((alike) =>
    Array.from({ length: Math.ceil(alike.length / size) }, (_, i) =>
      alike.slice(i * size, (i + 1) * size).map(({ name }) => name),
    ),
  );
};

/** Options by the names of the command's flags. */
const optionNames: Readonly<Record<keyof JobOptions, string>> = {
  ...{ partition: '--partition', time: '--time', setup: '--setup', image: '--image', volume: '--volume' },
  ...{ gpusPerRun: '--gpus-per-run', cpusPerRun: '--cpus-per-run', maxAtOnce: '--max-at-once' },
  cudaFrom: '--cuda-from',
};

const requireTaken = ({ scheduler: { name, takes }, job: options }: SubmitOptions): void => {
  const given = (Object.keys(optionNames) as (keyof JobOptions)[]).filter(
    (key) => options[key] !== undefined,
  );
  const unknown = given.filter((key) => !takes.includes(key)).map((key) => optionNames[key]);
  if (unknown.length === 0) return;
  const known = takes.map((key) => optionNames[key]).join(', ');
  refuse(`${unknown.join(', ')} says nothing to ${name}, which takes ${known}.`);
};

const jobOf = (sweep: string, submission: Submission, { command, grid }: SubmitOptions): ArrayJob => ({
  name: submission.name,
  folder: clusterFolder(sweep),
  sweep,
  files: { grid: JSON.stringify(grid), submission: JSON.stringify(submission) },
  elements: submission.elements.length,
  options: submission.options,
  command: [
    ...[...command, 'sweep', '--out', sweep, ...cudaFlags(submission.options)],
    ...['--element', submissionPath(sweep, submission.name)],
  ],
  environment: {
    // A checkpoint on a shared file system may take longer than on a local disk.
    WEIGHT_GEOMETRY_GRACE_SECONDS: '25',
    ...(process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
  },
});

const newSubmission = (cells: readonly Cell[], options: SubmitOptions): Submission => ({
  schema: 'weight-geometry/submission@1',
  name: `wg-${randomBytes(4).toString('hex')}`,
  scheduler: options.scheduler.name,
  submitted: new Date().toISOString(),
  options: options.job,
  provider: options.provider,
  rowsPerTask: options.rowsPerTask,
  elements: inGroups(cells, options.rowsPerTask),
  parts: [],
});

/** The runs of a sweep that a submission would include now. */
const leftOf = async (sweep: string, cells: readonly Cell[], scheduler: Scheduler): Promise<Cell[]> => {
  const named = (name: string): Scheduler =>
    name === scheduler.name
      ? scheduler
      : refuse(`This sweep was submitted to ${name}: go on with it there, or remove its folder cluster.`);
  const places = await sweepPlaces(sweep, cells, named);
  const unsure = places.find((place) => place.unsure);
  // Resubmitting a run that may still wait would train it twice.
  if (unsure !== undefined) refuse(`${unsure.says ?? ''} Nothing is submitted before the queue answers.`);
  // The scheduler never starts these by itself.
  await scheduler.release?.((await readSubmissions(sweep)).map((submission) => askedJob(sweep, submission)));
  const left = new Set(places.filter(isLeft).map(({ name }) => name));
  return cells.filter(({ name }) => left.has(name));
};

const refuse = (message: string): never => {
  throw new GeometryError('invalid-argument', message.trim());
};

/** Submits; a refused submission is deleted, because the scheduler has nothing of it. */
const submitted = async (
  folder: string,
  submission: Submission,
  options: SubmitOptions,
): Promise<readonly Submitted[]> => {
  try {
    return await options.scheduler.submit(jobOf(folder, submission, options));
  } catch (thrown) {
    const isRefused = thrown instanceof GeometryError && thrown.code === 'invalid-argument';
    if (isRefused) await rm(submissionPath(folder, submission.name), { force: true });
    throw thrown;
  }
};

/** The submission as text. */
export const previewSweep = async (
  sweep: string,
  cells: readonly Cell[],
  options: SubmitOptions,
): Promise<string> => {
  const folder = path.resolve(sweep);
  requireTaken(options);
  const submission = newSubmission(cells, options);
  return options.scheduler.preview(jobOf(folder, submission, options));
};

/**
 * Submits the runs of a sweep that are not finished, trained or queued. Failed, stopped and lost runs continue
 * from their last checkpoint. Safe to call from several machines at once.
 * @returns the number of submitted runs.
 * @throws GeometryError `in-use` while another process submits; errors of the scheduler.
 */
export const submitSweep = async (
  sweep: string,
  cells: readonly Cell[],
  options: SubmitOptions,
): Promise<number> => {
  const folder = path.resolve(sweep);
  requireTaken(options);
  await makeFolder(clusterFolder(folder));
  const claim = await takeClaim(path.join(clusterFolder(folder), 'submit.claim'), folder);
  try {
    const left = await leftOf(folder, cells, options.scheduler);
    if (left.length === 0) return 0;
    const submission = newSubmission(left, options);
    await claim.requireHeld();
    // Before the scheduler has it: an unrecorded job could not be found again.
    await writeSubmission(folder, submission);
    const parts = await submitted(folder, submission, options);
    await writeSubmission(folder, { ...submission, parts: [...parts] });
    return left.length;
  } finally {
    await claim.release();
  }
};

/**
 * Stops runs of a submitted sweep: running ones checkpoint and end, waiting ones are withdrawn. Runs of one
 * element stop together.
 * @param names default: all.
 */
export const stopSweep = async (
  sweep: string,
  places: readonly Place[],
  named: (name: string) => Scheduler,
  names?: readonly string[],
): Promise<void> => {
  const wanted = names && new Set(names);
  const elements = elementsOf(await readSubmissions(path.resolve(sweep)));
  const active = places.filter(
    ({ state }) => state === 'waiting' || state === 'starting' || state === 'running',
  );
  const chosen = active
    .filter(({ name }) => wanted?.has(name) ?? true)
    .flatMap(({ name }) => elements.get(name) ?? []);
  for (const [submission, own] of grouped(chosen, (each) => each.submission)) {
    const indices = [...new Set(own.map(({ element }) => element))];
    const folder = clusterFolder(path.resolve(sweep));
    // First: a reader that sees the run end then knows why.
    await atATime(indices, filesAtOnce, (index) =>
      writeAtomically(stopPath(folder, submission.name, index), ''),
    );
    await named(submission.scheduler).cancel(askedJob(path.resolve(sweep), submission), indices);
  }
};
