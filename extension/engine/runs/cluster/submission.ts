import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../../contract/errors.js';
import { providerNames } from '../../../contract/run.js';
import { jobOptionsSchema } from '../../../contract/sweep.js';
import { writeAtomically } from '../../../disk/atomicFile.js';
import { limits, readText } from '../../../disk/regularFile.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const text = v.pipe(v.string(), v.minLength(1));
/** A scheduler's job id. It becomes a command argument and must not look like an option. */
const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.-]*$/));

/** One submission of runs of a sweep to a scheduler: `cluster/NAME.json` in the sweep's folder. */
const submissionSchema = v.object({
  schema: v.literal('weight-geometry/submission@1'),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  scheduler: text,
  /** ISO 8601, by the clock of the host that submitted. */
  submitted: v.string(),
  options: jobOptionsSchema,
  provider: v.picklist(providerNames),
  rowsPerTask: positive,
  /** The names of each element's runs. */
  elements: v.array(v.array(text)),
  /** Empty until the scheduler accepts it. */
  parts: v.array(v.object({ id, first: count, count: positive })),
});
export type Submission = v.InferOutput<typeof submissionSchema>;

export const clusterFolder = (sweep: string): string => path.join(sweep, 'cluster');
export const submissionPath = (sweep: string, name: string): string =>
  path.join(clusterFolder(sweep), `${name}.json`);

/** Marks an element that the user stopped: a scheduler also ends elements, and restarts them. */
export const stopPath = (folder: string, job: string, element: number): string =>
  path.join(folder, `${job}-${element}.stop`);

/** @throws GeometryError `disk-full`, `unwritable`. */
export const writeSubmission = (sweep: string, submission: Submission): Promise<void> =>
  writeAtomically(submissionPath(sweep, submission.name), `${JSON.stringify(submission)}\n`);

/** @throws GeometryError `not-found`, `unreadable`, `malformed-file`. */
export const readSubmission = async (file: string): Promise<Submission> => {
  const content = await readText(file, limits.record);
  try {
    return v.parse(submissionSchema, JSON.parse(content));
  } catch (cause) {
    throw new GeometryError('malformed-file', `${file} does not describe a submission.`, { cause });
  }
};

/**
 * The submissions of a sweep, oldest first.
 * @throws GeometryError for an unreadable one.
 */
export const readSubmissions = async (sweep: string): Promise<Submission[]> => {
  const names = await readdir(clusterFolder(sweep)).catch((): string[] => []);
  const files = names.filter((name) => name.endsWith('.json'));
  const found = await Promise.all(files.map((name) => readSubmission(path.join(clusterFolder(sweep), name))));
  return found.sort((a, b) => (a.submitted < b.submitted ? -1 : 1));
};
