import { cpus } from 'node:os';
import type { TrainRequest } from '../../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../../contract/errors.js';
import type { Metrics, ProviderName, RunConfig, RunFile } from '../../../contract/run.js';
import { reportVersions } from '../../inspection/versions.js';
import { onnxruntime } from '../../runtime/onnxruntime.js';
import { chooseProvider, type ChosenProvider } from '../../runtime/providers.js';
import { claimRun } from '../run/liveness.js';
import { openMetrics } from '../run/metricsFile.js';
import { makeRunFolders, readRunFile, writeRunFile } from '../run/runDirectory.js';
import { loadState, type RunProgress, type TrainerState } from '../run/trainerState.js';
import { weightsFromCheckpoint } from './initialWeights.js';
import type { RunControl } from './runControl.js';
import { runLoop } from './runLoop.js';
import type { TrainingEngine } from './trainingEngine.js';
import { createTrainingEngine } from './onnxEngine.js';

/** What a run tells while it goes on. */
export interface RunEvents {
  /** Provider chosen and why, run directory ready. */
  started?(run: RunFile): void;
  metrics?(line: Metrics): void;
  status?(status: RunFile['status'], step: number): void;
  grokked?(step: number): void;
  advanced?(step: number, maxSteps: number): void;
}

/** How the provider is chosen and the model is built; tests put in their own. */
export interface TrainOptions {
  readonly choose?: (wanted: ProviderName) => Promise<ChosenProvider>;
  readonly createEngine?: (
    config: RunConfig,
    provider: ChosenProvider['name'],
    options: { readonly threads?: number },
  ) => Promise<TrainingEngine>;
}

/** What a resumed run may change; all else would make it another run. */
const changeable = ['maxSteps', 'stop'] as const satisfies readonly (keyof RunConfig)[];

/**
 * The configuration of a resumed run: its own, with the length asked for.
 * @throws GeometryError `invalid-config` when anything else was changed.
 */
const resumedConfig = (own: RunConfig, asked: RunConfig): RunConfig => {
  const keys = new Set([...Object.keys(own), ...Object.keys(asked)] as (keyof RunConfig)[]);
  for (const key of changeable) keys.delete(key);
  for (const key of keys) {
    if (JSON.stringify(own[key]) === JSON.stringify(asked[key])) continue;
    throw new GeometryError(
      'invalid-config',
      `The run to resume has another ${key}; only ${changeable.join(' and ')} can be changed on resuming.`,
    );
  }
  return asked;
};

/** A run goes on with as many threads as were asked for when it began; absent: onnxruntime's own choice. */
const threadsOf = (asked: number | undefined, existing: RunFile | undefined): { threads?: number } => {
  const before = Number(existing?.versions.threads);
  const threads = asked ?? (Number.isInteger(before) && before > 0 ? before : undefined);
  return threads === undefined ? {} : { threads };
};

const versions = async (threads: number | undefined): Promise<Record<string, string>> => {
  const ort = await onnxruntime();
  return {
    ...reportVersions(),
    onnxruntime: ort.env.versions.node ?? ort.env.versions.common,
    // The order of sums inside operators depends on it.
    threads: threads === undefined ? `default of ${cpus().length} processors` : String(threads),
  };
};

const freshState = (weights: TrainerState['optimiser']['weights']): TrainerState => {
  const zeros = (): typeof weights =>
    weights instanceof Float64Array ? new Float64Array(weights.length) : new Float32Array(weights.length);
  return {
    optimiser: { weights, firstMoment: zeros(), secondMoment: zeros() },
    progress: { step: 0, lossSum: 0, gradientNormSum: 0, summedSteps: 0, consecutive: 0 },
  };
};

/** The run that is there, checked against what was asked. */
const existingRun = async ({ out, resume }: TrainRequest): Promise<RunFile | undefined> => {
  const existing = await readRunFile(out);
  if (resume && existing === undefined) {
    throw new GeometryError('not-found', `${out} holds no run to resume.`);
  }
  if (!resume && existing !== undefined) {
    throw new GeometryError(
      'invalid-argument',
      `${out} already holds a run: resume it, or name another folder.`,
    );
  }
  return existing;
};

/**
 * Trains a run in its directory from its start, or from its last state: until its last step, its stop rule, or the
 * user's stop.
 * @returns `run.json` as it was left.
 * @throws GeometryError with the run's `run.json` marked failed, where that can still be written.
 */
export const train = async (
  request: TrainRequest,
  control: RunControl,
  events: RunEvents = {},
  options: TrainOptions = {},
): Promise<RunFile> => {
  const existing = await existingRun(request);
  const config = existing ? resumedConfig(existing.config, request.config) : request.config;
  await makeRunFolders(request.out);
  const release = await claimRun(request.out);
  try {
    // A run goes on where it began: another provider rounds differently.
    const wanted = existing && request.provider === 'auto' ? existing.provider.name : request.provider;
    const chosen = await (options.choose ?? chooseProvider)(wanted);
    const own = threadsOf(request.threads, existing);
    const engine = await (options.createEngine ?? createTrainingEngine)(config, chosen.name, own);
    try {
      const init = existing?.init ?? request.init;
      const file: RunFile = {
        schema: 'weight-geometry/run@1',
        config,
        model: config.model,
        data: config.data,
        // Asked for by name on resuming, it passes over nothing: the first choice said why.
        provider: existing?.provider.name === chosen.name ? existing.provider : chosen,
        versions: await versions(own.threads),
        ...(init === undefined ? {} : { init }),
        status: 'running',
        lastStep: existing?.lastStep ?? 0,
        ...(existing?.grokStep === undefined ? {} : { grokStep: existing.grokStep }),
      };
      return await trainIn(request.out, file, engine, control, events);
    } finally {
      await engine.dispose();
    }
  } finally {
    await release();
  }
};

const trainIn = async (
  out: string,
  started: RunFile,
  engine: TrainingEngine,
  control: RunControl,
  events: RunEvents,
): Promise<RunFile> => {
  let file = started;
  const update = async (change: Partial<RunFile>): Promise<void> => {
    file = { ...file, ...change };
    await writeRunFile(out, file);
  };
  const reached = ({ step, grokStep }: RunProgress): Partial<RunFile> => ({
    lastStep: step,
    ...(grokStep === undefined ? {} : { grokStep }),
  });
  try {
    const saved = await loadState(out, engine.parameters);
    const start =
      saved ??
      freshState(
        file.init === undefined
          ? engine.initialWeights(file.config.initSeed)
          : await weightsFromCheckpoint(file.init, engine),
      );
    const metrics = await openMetrics(out, saved?.progress.step ?? -1);
    try {
      await update({ status: 'running', ...reached(start.progress) });
      events.started?.(file);
      events.status?.('running', start.progress.step);
      const { end, ...progress } = await runLoop({
        run: out,
        config: file.config,
        engine,
        metrics,
        control,
        start,
        isNew: saved === undefined,
        events: {
          metrics: (line) => events.metrics?.(line),
          grokked: (step) => events.grokked?.(step),
          advanced: (step) => events.advanced?.(step, file.config.maxSteps),
          saved: (progress) => update(reached(progress)),
          status: async (status, step) => {
            await update({ status });
            events.status?.(status, step);
          },
        },
      });
      await update({ status: end, ...reached(progress) });
      events.status?.(end, progress.step);
      return file;
    } finally {
      await metrics.close();
    }
  } catch (thrown) {
    const { code, message } = toErrorValue(thrown);
    // The disk that failed may refuse this too; the error itself still reaches the user.
    await update({ status: 'failed', error: { code, message } }).catch(() => undefined);
    events.status?.('failed', file.lastStep);
    throw thrown;
  }
};
