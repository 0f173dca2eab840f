import * as v from 'valibot';
import { metricsSchema, runConfigSchema, runFileSchema } from './run.js';

/** What the host and the panel's page know of training runs, besides their files. */
const step = v.pipe(v.number(), v.integer(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1));

/** A run that a user starts by name: its configuration with the defaults filled in. */
export const presetSchema = v.object({ name: v.string(), summary: v.string(), config: runConfigSchema });
export type PresetEntry = v.InferOutput<typeof presetSchema>;

/** A paper whose runs the product trains and measures; `runs`: how many with its defaults. */
export const paperSchema = v.object({
  ...{ id: v.string(), title: v.string(), about: v.string() },
  runs: v.object({ quick: step, whole: step }),
});
export type PaperEntry = v.InferOutput<typeof paperSchema>;

/** A run directory as its files have it. */
export const runRecordSchema = v.object({
  folder: path,
  file: runFileSchema,
  metrics: v.array(metricsSchema),
  /** The process of this host that trains it at this moment. */
  trainedBy: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** The other host that trains it at this moment; empty where its name is not known yet. */
  trainedOn: v.exactOptional(v.string()),
});
export type RunRecord = v.InferOutput<typeof runRecordSchema>;

export const trainingPhases = [
  'queued',
  'starting',
  'running',
  'pausing',
  'paused',
  'stopping',
  'stopped',
  'finished',
  'failed',
] as const;
export type TrainingPhase = (typeof trainingPhases)[number];

export const trainingActions = ['pause', 'resume', 'stop'] as const;
export type TrainingAction = (typeof trainingActions)[number];

/** A run that this window steers or watches, at a moment. */
export const trainingStateSchema = v.object({
  phase: v.picklist(trainingPhases),
  step,
  maxSteps: step,
  /** Milliseconds until the last step at the pace of now; the stop rule may end it before. */
  msLeft: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  /** A process of an earlier or another window trains it: it can be stopped, not paused. */
  alone: v.boolean(),
  /** The other host that trains it, from which alone it can be stopped; empty where its name is not known. */
  trainedOn: v.exactOptional(v.string()),
  /** What can be asked for now. */
  actions: v.array(v.picklist(trainingActions)),
});
export type TrainingState = v.InferOutput<typeof trainingStateSchema>;
