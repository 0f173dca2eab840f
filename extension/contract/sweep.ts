import * as v from 'valibot';
import { providerNames, runConfigSchema } from './run.js';

/** A sweep as the queue receives it. */
const path = v.pipe(v.string(), v.minLength(1));

/** One run of a grid, with what is needed to start or continue it. */
export const sweepRunSchema = v.object({
  folder: path,
  config: runConfigSchema,
  provider: v.picklist(providerNames),
  status: v.picklist(['queued', 'running', 'paused', 'stopped', 'finished', 'failed']),
  /** Its folder exists: training continues from its last checkpoint. */
  begun: v.boolean(),
});
export type SweepRun = v.InferOutput<typeof sweepRunSchema>;

/** The runs of a grid in training order. */
export const sweepRecordSchema = v.object({ folder: path, name: v.string(), runs: v.array(sweepRunSchema) });
export type SweepRecord = v.InferOutput<typeof sweepRecordSchema>;

export const placeStates = [
  /** In the queue of a scheduler. */
  'waiting',
  /** Its element runs and has not claimed it yet, or trains another of its runs. */
  'starting',
  'running',
  'stopped',
  'finished',
  'failed',
  /**
   * Started, but neither trained nor queued any more, and not stopped by the user: its process, node or element
   * died.
   */
  'lost',
  /** Never started, and not queued. */
  'absent',
] as const;
export type PlaceState = (typeof placeStates)[number];

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));

/** The state of a run of a sweep that was submitted to a scheduler. */
export const placeSchema = v.object({
  name: v.string(),
  state: v.picklist(placeStates),
  /** Why it waits or how it ended, in the words of the scheduler or the run. */
  says: v.exactOptional(v.string()),
  node: v.exactOptional(v.string()),
  step: amount,
  of: amount,
  secondsLeft: v.exactOptional(amount),
  /** The scheduler did not answer: the state of its queue is unknown. */
  unsure: v.exactOptional(v.boolean()),
});
export type Place = v.InferOutput<typeof placeSchema>;

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The machine options of the user, named like the command's options. */
export const jobOptionsSchema = v.object({
  partition: v.exactOptional(path),
  /** Time limit of one element, in the scheduler's format. */
  time: v.exactOptional(path),
  gpusPerRun: v.exactOptional(positive),
  cpusPerRun: v.exactOptional(positive),
  /** Maximum number of elements at a time. */
  maxAtOnce: v.exactOptional(positive),
  /** A shell file that each element sources first: modules, environments. An absolute path. */
  setup: v.exactOptional(path),
  /** Folders on the machines with CUDA's files. Absolute paths. */
  cudaFrom: v.exactOptional(v.array(path)),
  /** The container image of each element, and the claim of the volume that holds the sweep's folder. */
  image: v.exactOptional(path),
  volume: v.exactOptional(path),
});
export type JobOptions = v.InferOutput<typeof jobOptionsSchema>;

/** A submission from the window. */
export const sweepSubmissionSchema = v.object({
  scheduler: path,
  options: jobOptionsSchema,
  provider: v.picklist(providerNames),
  rowsPerTask: positive,
});
export type SweepSubmission = v.InferOutput<typeof sweepSubmissionSchema>;
