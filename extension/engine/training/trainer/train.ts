import { changeableOnResume, settingThatDiffers } from '../../../contract/sameRun.js';
import type { TrainRequest } from '../../../contract/calls.js';
import { GeometryError } from '../../../contract/errors.js';
import type { UsedBasis } from '../../../contract/interventions.js';
import type { Warning } from '../../../contract/report.js';
import type { Metrics, RunConfig, RunFile } from '../../../contract/run.js';
import { boundCores } from '../../runtime/boundCores.js';
import { claimRun } from '../run/claimRun.js';
import { openMetrics } from '../run/metricsFile.js';
import { makeRunFolders, readRunFile, removeUnfinished, removeUnused } from '../run/runDirectory.js';
import type { RunProgress } from '../run/trainerState.js';
import type { RunControl } from './runControl.js';
import { beginningOf } from './beginning.js';
import { runLoop } from './runLoop.js';
import { RunRecord } from './runRecord.js';
import { startEngine, type StartedEngine, type TrainOptions } from './startEngine.js';
import { startState, type StartState } from './startState.js';

export type { TrainOptions } from './startEngine.js';

/** Events of a run. */
export interface RunEvents {
  /** The provider is chosen (and why), the run's folder is ready. */
  started?(run: RunFile): void;
  metrics?(line: Metrics): void;
  /** The run's files are incomplete. */
  warning?(warning: Warning): void;
  status?(status: RunFile['status'], step: number): void;
  grokked?(step: number): void;
  advanced?(step: number): void;
}

/**
 * The configuration of a resumed run: its own, with the requested number of steps.
 * @throws GeometryError `invalid-config` if anything else was changed.
 */
const resumedConfig = (own: RunConfig, asked: RunConfig): RunConfig => {
  const key = settingThatDiffers(own, asked);
  if (key === undefined) return asked;
  throw new GeometryError(
    'invalid-config',
    `The run to resume has another ${key}; only ${changeableOnResume.join(' and ')} can be changed on resuming.`,
  );
};

/**
 * @throws GeometryError `invalid-argument` if the basis of a run's interventions has changed since it began.
 */
const requireSameBases = (out: string, existing: RunFile | undefined, bases: readonly UsedBasis[]): void => {
  const own = existing?.bases ?? [];
  const changed = own.find(({ intervention, sha256 }) =>
    bases.every((basis) => basis.intervention !== intervention || basis.sha256 !== sha256),
  );
  if (changed === undefined) return;
  throw new GeometryError(
    'invalid-argument',
    `The basis of intervention ${changed.intervention} of ${out} is not what it was when the run began: the run that spans it has changed.`,
  );
};

/** The existing run, checked against the request. */
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
 * Trains a run in its folder from its start, or from its last state, until its last step, its stop rule, or the
 * user's stop. A new run that fails before it begins (no provider, no initial weights) leaves no folder behind.
 * A later failure, or one of an existing run, is recorded in its `run.json`.
 * @returns the final `run.json`.
 * @throws GeometryError with the run's `run.json` marked failed, if it exists and is writable; `in-use` if
 * another process trains the run or has taken it over: nothing is written then.
 */
export const train = async (
  request: TrainRequest,
  control: RunControl,
  events: RunEvents = {},
  options: TrainOptions = {},
): Promise<RunFile> => {
  const { out } = request;
  const existing = await existingRun(request);
  const config = existing ? resumedConfig(existing.config, request.config) : request.config;
  const made = await makeRunFolders(out);
  const { requireHeld, lost, release } = await claimRun(out);
  // A paused run notices too.
  lost.addEventListener('abort', () => control.stop());
  const record = new RunRecord(out, requireHeld, existing);
  try {
    await removeUnfinished(out);
    const threads = request.threads ?? existing?.threads ?? boundCores();
    // A run continues on its provider: another one rounds differently.
    const wanted = existing && request.provider === 'auto' ? existing.provider.name : request.provider;
    const { engine, provider } = await startEngine(
      { config, wanted, threads, folder: out, passedOver: request.passedOver ?? [] },
      options,
    );
    try {
      requireSameBases(out, existing, engine.bases);
      const origin = existing ?? request;
      const start = await startState(out, config, engine, {
        ...(origin.init === undefined ? {} : { init: origin.init }),
        ...(existing?.initSha256 === undefined ? {} : { initSha256: existing.initSha256 }),
      });
      const { asRow = false } = options;
      const { bases } = engine;
      await record.write(await beginningOf({ existing, config, threads, asRow, provider, start, bases }));
      return await trainFrom(start, { out, config, engine, record, control, events, requireHeld });
    } finally {
      await engine.dispose();
    }
  } catch (thrown) {
    const failed = await record.fail(thrown);
    if (failed) events.status?.('failed', failed.lastStep);
    throw thrown;
  } finally {
    await release();
    if (record.file === undefined) await removeUnused(made);
  }
};

interface TrainParts {
  readonly out: string;
  readonly config: RunConfig;
  readonly engine: StartedEngine['engine'];
  readonly record: RunRecord;
  readonly control: RunControl;
  readonly events: RunEvents;
  readonly requireHeld: () => Promise<void>;
}

const reached = ({ step, grokStep }: RunProgress): Partial<RunFile> => ({
  lastStep: step,
  ...(grokStep === undefined ? {} : { grokStep }),
});

const trainFrom = async (start: StartState, parts: TrainParts): Promise<RunFile> => {
  const { out, config, engine, record, control, events, requireHeld } = parts;
  const { step } = start.state.progress;
  const metrics = await openMetrics(out, start.isNew ? -1 : step);
  try {
    events.started?.(record.file!);
    for (const warning of start.warnings) events.warning?.(warning);
    events.status?.('running', step);
    const { end, ...progress } = await runLoop({
      run: out,
      config,
      engine,
      metrics,
      control,
      requireHeld,
      start: start.state,
      isNew: start.isNew,
      events: {
        metrics: (line) => events.metrics?.(line),
        grokked: (at) => events.grokked?.(at),
        advanced: (at) => events.advanced?.(at),
        saved: async (saved) => {
          await record.update(reached(saved));
        },
        status: async (status, at) => {
          await record.update({ status });
          events.status?.(status, at);
        },
      },
    });
    const file = await record.update({ status: end, ...reached(progress) });
    events.status?.(end, progress.step);
    return file;
  } finally {
    await metrics.close();
  }
};
