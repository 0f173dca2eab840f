import * as v from 'valibot';
import { metricsSchema, runConfigSchema, runFileSchema } from './run.js';

/** Training runs as the host and the panel's page see them, besides their files. */
const step = v.pipe(v.number(), v.integer(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1));

/** A preset: a run that a user starts by name, with its full configuration. */
export const presetSchema = v.object({ name: v.string(), summary: v.string(), config: runConfigSchema });
export type PresetEntry = v.InferOutput<typeof presetSchema>;

/** A paper whose runs the product trains and measures; `runs`: their number with default settings. */
export const paperSchema = v.object({
  ...{ id: v.string(), title: v.string(), about: v.string() },
  runs: v.object({ quick: step, whole: step }),
});
export type PaperEntry = v.InferOutput<typeof paperSchema>;

/** A run's folder as its files describe it. */
export const runRecordSchema = v.object({
  folder: path,
  file: runFileSchema,
  metrics: v.array(metricsSchema),
  /** Process id, if a process of this host trains it now. */
  trainedBy: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Name of the other host that trains it now; empty if its name is not known yet. */
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

/** A snapshot of a run that this window controls or watches. */
export const trainingStateSchema = v.object({
  phase: v.picklist(trainingPhases),
  step,
  maxSteps: step,
  /** Milliseconds until the last step at the current pace; the stop rule may end it earlier. */
  msLeft: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  /** Trained by a process of another window, or of an earlier one: it can be stopped, not paused. */
  alone: v.boolean(),
  /**
   * Name of the other host that trains it, and the only one that can stop it; empty if its name is not known.
   */
  trainedOn: v.exactOptional(v.string()),
  /** Actions available now. */
  actions: v.array(v.picklist(trainingActions)),
});
export type TrainingState = v.InferOutput<typeof trainingStateSchema>;
