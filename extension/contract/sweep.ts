import * as v from 'valibot';
import { providerNames, runConfigSchema } from './run.js';

/** A sweep as a queue takes it. */
const path = v.pipe(v.string(), v.minLength(1));

/** One run of a grid, and what it takes to train it or to go on with it. */
export const sweepRunSchema = v.object({
  folder: path,
  config: runConfigSchema,
  provider: v.picklist(providerNames),
  status: v.picklist(['queued', 'running', 'paused', 'stopped', 'finished', 'failed']),
  /** Its folder has been made: training goes on from its last checkpoint. */
  begun: v.boolean(),
});
export type SweepRun = v.InferOutput<typeof sweepRunSchema>;

/** The runs of a grid in the order in which they are trained. */
export const sweepRecordSchema = v.object({ folder: path, name: v.string(), runs: v.array(sweepRunSchema) });
export type SweepRecord = v.InferOutput<typeof sweepRecordSchema>;
