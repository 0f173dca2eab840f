import path from 'node:path';
import type { Warning } from '../../../contract/report.js';
import type { RunConfig } from '../../../contract/run.js';
import { auditRun } from '../run/audit.js';
import { loadState, type TrainerState } from '../run/trainerState.js';
import { weightsFromCheckpoint } from './initialWeights.js';
import type { TrainingEngine } from './trainingEngine.js';

/** The origin of a run's initial weights, as in `run.json`. */
export interface Origin {
  readonly init?: string;
  readonly initSha256?: string;
}

export interface StartState {
  readonly state: TrainerState;
  /** Nothing of this run's training is on disk yet. */
  readonly isNew: boolean;
  readonly origin: Origin;
  /** What is missing from the run's files. */
  readonly warnings: readonly Warning[];
}

const freshState = (weights: TrainerState['optimiser']['weights']): TrainerState => {
  const zeros = (): typeof weights =>
    weights instanceof Float64Array ? new Float64Array(weights.length) : new Float32Array(weights.length);
  return {
    optimiser: { weights, firstMoment: zeros(), secondMoment: zeros() },
    progress: { step: 0, lossSum: 0, gradientNormSum: 0, summedSteps: 0, consecutive: 0 },
  };
};

const stateWarning = (file: string, step: number): Warning => ({
  code: 'state-damaged',
  path: file,
  message: `${file} is damaged or of another model; the run goes on from step ${step} instead.`,
});

/**
 * The state to continue from: the run's last sound one; without one, its initial checkpoint, or new weights
 * from its seed.
 * @throws GeometryError `malformed-file`, `unreadable`, `too-large`, `invalid-argument`, and errors of reading
 * a checkpoint.
 */
export const startState = async (
  run: string,
  config: RunConfig,
  engine: TrainingEngine,
  origin: Origin,
): Promise<StartState> => {
  const saved = await loadState(run, engine.parameters);
  if (saved) {
    const { state, damaged } = saved;
    const { step } = state.progress;
    const warnings = [
      ...damaged.map((file) => stateWarning(file, step)),
      ...(await auditRun(run, config, step)),
    ];
    return { state, isNew: false, origin, warnings };
  }
  if (origin.init === undefined) {
    return { state: freshState(engine.initialWeights(config.initSeed)), isNew: true, origin, warnings: [] };
  }
  // Another process may resume the run from another working folder.
  const init = path.resolve(origin.init);
  const { weights, sha256 } = await weightsFromCheckpoint(init, engine);
  return { state: freshState(weights), isNew: true, origin: { init, initSha256: sha256 }, warnings: [] };
};
