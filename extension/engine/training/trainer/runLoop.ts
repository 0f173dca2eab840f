import { GeometryError } from '../../../contract/errors.js';
import type { Metrics, RunConfig } from '../../../contract/run.js';
import type { MetricsFile } from '../run/metricsFile.js';
import { writeCheckpoint } from '../run/runDirectory.js';
import { saveState, type Floats, type RunProgress, type TrainerState } from '../run/trainerState.js';
import { ChunkPace } from './chunkPace.js';
import type { RunControl } from './runControl.js';
import { lowRankSchedules } from '../optimiser/lowRankSchedule.js';
import type { Evaluation, TrainingEngine } from './trainingEngine.js';

/** Events of the loop. */
export interface LoopEvents {
  metrics(line: Metrics): void;
  /** Paused, or resumed. */
  status(status: 'running' | 'paused', step: number): Promise<void>;
  grokked(step: number): void;
  /** After a checkpoint and its state are on disk. */
  saved(progress: RunProgress): Promise<void>;
  /** After every chunk of steps. */
  advanced(step: number): void;
}

/** First evaluation at which every task's test accuracy is at least this: the papers' grok step. */
const GROKKED = 0.9;

const lowest = (accuracy: Readonly<Record<string, number>>): number => Math.min(...Object.values(accuracy));

const norm = (weights: Floats): number => {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! ** 2;
  return Math.sqrt(sum);
};

export interface LoopParts {
  readonly run: string;
  readonly config: RunConfig;
  readonly engine: TrainingEngine;
  readonly metrics: MetricsFile;
  readonly control: RunControl;
  readonly events: LoopEvents;
  readonly start: TrainerState;
  /** Nothing of this run is on disk yet. */
  readonly isNew: boolean;
  /** Awaited before each write; throws if another process has taken over the run. */
  readonly requireHeld: () => Promise<void>;
}

/**
 * Trains from `start` until the last step, the stop rule or the user's stop. Chunks of steps end at evaluations
 * and checkpoints; the chunk size affects no number.
 * @throws GeometryError `not-finite` if a loss, a gradient or the weights are not finite: none of them is
 * written; `disk-full`, `unwritable`; `in-use` if another process has taken over the run.
 */
export const runLoop = async (parts: LoopParts): Promise<{ end: 'finished' | 'stopped' } & RunProgress> => {
  const { run, config, engine, metrics, control, events, requireHeld } = parts;
  let { optimiser, progress } = parts.start;
  let ruleMet = stops(config, progress);
  // Of this process alone: another one timed the steps before a resume.
  let timed = { steps: 0, ms: 0 };
  let savedStep = parts.isNew ? -1 : progress.step;
  /** The weights before the last step, where that was taken alone. */
  let before: Floats | undefined;
  const pace = new ChunkPace();

  /** @throws GeometryError `not-finite`. */
  const mustBeFinite = (value: number, what: string): number => {
    if (Number.isFinite(value)) return value;
    throw notFinite(what, savedStep);
  };
  /** Length of the row of weights: finite only if every weight is. */
  const parameterNorm = (): number =>
    mustBeFinite(norm(optimiser.weights), `The length of the weights after step ${progress.step}`);

  /** The state of a Low-Rank Decay schedule after an evaluation. */
  const learnt = async ({ trainAccuracy, testAccuracy }: Evaluation): Promise<Partial<RunProgress>> => {
    const schedule = config.lowRankDecay && lowRankSchedules[config.lowRankDecay.schedule];
    if (schedule?.learn === undefined) return {};
    const stableRank = schedule.needsRank ? await engine.decayedRank(optimiser.weights) : undefined;
    const evaluated = {
      step: progress.step,
      trainAccuracy: lowest(trainAccuracy),
      testAccuracy: lowest(testAccuracy),
      ...(stableRank === undefined ? {} : { stableRank }),
    };
    return { lowRank: schedule.learn(progress.lowRank ?? {}, evaluated, config) };
  };

  const isDue = (what: { readonly every: number } | undefined): boolean =>
    what !== undefined && atMultipleOf(what.every);
  /** Measurements of the weights besides accuracies that are due at this step. */
  const measured = async (): Promise<Pick<Metrics, 'matrices' | 'defect'>> => {
    const defect = isDue(config.defect) ? await engine.defect(optimiser.weights) : undefined;
    const at = {
      step: progress.step,
      lowRank: progress.lowRank ?? {},
      ...(before === undefined ? {} : { before }),
    };
    return {
      ...(isDue(config.spectra) ? { matrices: await engine.measure(optimiser.weights, at) } : {}),
      ...(defect === undefined ? {} : { defect }),
    };
  };
  /** A line between two evaluations. */
  const measure = async (): Promise<void> => {
    const line: Metrics = { step: progress.step, parameterNorm: parameterNorm(), ...(await measured()) };
    await metrics.append(line);
    events.metrics(line);
  };

  /** Whether the stop rule is met. */
  const evaluate = async (): Promise<boolean> => {
    const { step, summedSteps, lossSum, gradientNormSum } = progress;
    const length = parameterNorm();
    const evaluated = await engine.evaluate(optimiser.weights);
    mustBeFinite(evaluated.testLoss, `The test loss after step ${step}`);
    const worst = lowest(evaluated.testAccuracy);
    const grokked = progress.grokStep === undefined && worst >= GROKKED;
    const meets = config.stop !== undefined && worst >= config.stop.testAccuracy;
    const consecutive = meets ? progress.consecutive + 1 : 0;
    const met = config.stop !== undefined && consecutive >= config.stop.consecutive;
    const line: Metrics = {
      step,
      ...(summedSteps === 0
        ? {}
        : {
            loss: lossSum / summedSteps,
            gradientNorm: gradientNormSum / summedSteps,
            ...(timed.ms > 0 ? { stepsPerSecond: (1000 * timed.steps) / timed.ms } : {}),
          }),
      parameterNorm: length,
      ...evaluated,
      ...(await measured()),
    };
    await requireHeld();
    await metrics.append(line);
    timed = { steps: 0, ms: 0 };
    progress = {
      ...progress,
      ...{ lossSum: 0, gradientNormSum: 0, summedSteps: 0, consecutive },
      ...(await learnt(evaluated)),
      ...(grokked ? { grokStep: step } : {}),
      ...(met && progress.metStep === undefined ? { metStep: step } : {}),
    };
    events.metrics(line);
    if (grokked) events.grokked(step);
    return stops(config, progress);
  };

  const save = async (): Promise<void> => {
    if (savedStep === progress.step) return;
    parameterNorm();
    await requireHeld();
    await writeCheckpoint(run, progress.step, engine.tensors(optimiser.weights));
    await metrics.sync();
    await saveState(run, { optimiser, progress });
    savedStep = progress.step;
    await events.saved(progress);
  };

  const atMultipleOf = (every: number): boolean => progress.step % every === 0;
  const nextMultipleOf = (every: number): number => (Math.floor(progress.step / every) + 1) * every;

  const advance = async (): Promise<void> => {
    const { evaluateEvery, checkpointEvery, maxSteps } = config;
    const boundary = Math.min(
      nextMultipleOf(evaluateEvery),
      nextMultipleOf(checkpointEvery),
      maxSteps,
      ...(config.spectra === undefined ? [] : [stepOfMeasuring(progress.step, config.spectra.every)]),
      ...(config.defect === undefined ? [] : [nextMultipleOf(config.defect.every)]),
    );
    const change = engine.nextIntervention(progress.step) ?? Infinity;
    const asked = Math.min(pace.next, Math.min(boundary, change) - progress.step);
    const began = performance.now();
    const { state, losses, gradientNorms } = await engine.run(
      optimiser,
      progress.step,
      asked,
      progress.lowRank,
    );
    const steps = losses.length;
    before = steps === 1 ? optimiser.weights : undefined;
    const took = performance.now() - began;
    timed = { steps: timed.steps + steps, ms: timed.ms + took };
    pace.took(steps, took);
    let { lossSum, gradientNormSum } = progress;
    for (let i = 0; i < steps; i++) {
      const at = progress.step + i;
      lossSum += mustBeFinite(losses[i]!, `The loss at step ${at}`);
      gradientNormSum += mustBeFinite(gradientNorms[i]!, `The length of the gradient at step ${at}`);
    }
    const step = progress.step + steps;
    optimiser = { ...state, weights: await engine.intervene(state.weights, step) };
    progress = {
      ...progress,
      step,
      lossSum,
      gradientNormSum,
      summedSteps: progress.summedSteps + steps,
    };
    events.advanced(progress.step);
  };

  if (parts.isNew) {
    ruleMet = await evaluate();
    await save();
  }
  while (progress.step < config.maxSteps && !ruleMet && !control.wantsStop()) {
    if (control.wantsPause()) {
      await save();
      await events.status('paused', progress.step);
      await control.whilePaused();
      if (control.wantsStop()) break;
      await events.status('running', progress.step);
    }
    await advance();
    const last = progress.step === config.maxSteps;
    if (last || atMultipleOf(config.evaluateEvery)) ruleMet = await evaluate();
    else if (isDue(config.spectra) || isDue(config.defect)) await measure();
    if (last || ruleMet || atMultipleOf(config.checkpointEvery)) await save();
  }
  await save();
  const finished = ruleMet || progress.step >= config.maxSteps;
  return { ...progress, end: finished ? 'finished' : 'stopped' };
};

/** Whether the stop rule ends the run here: at once, or at a multiple of the step at which it was first met. */
const stops = ({ stop }: RunConfig, { step, consecutive, metStep }: RunProgress): boolean => {
  if (stop === undefined) return false;
  if (stop.continueTo === undefined) return consecutive >= stop.consecutive;
  return metStep !== undefined && step >= stop.continueTo * metStep;
};

/**
 * End of the next chunk for the spectra: one step before they are measured, then at that step, which is its own
 * chunk.
 */
const stepOfMeasuring = (step: number, every: number): number => {
  const next = (Math.floor(step / every) + 1) * every;
  return step === next - 1 ? next : next - 1;
};

const notFinite = (what: string, savedStep: number): GeometryError =>
  new GeometryError(
    'not-finite',
    `${what} is not a finite number; ${savedStep < 0 ? 'there is no checkpoint yet' : `the last checkpoint is of step ${savedStep}`}. A smaller learning rate may help.`,
  );
