import type { RunFile } from '../../contract/run.js';
import type { TrainingAction, TrainingPhase } from '../../contract/training.js';

/** The user's actions in each phase. Resuming an ended run continues from its last checkpoint. */
const actions: Readonly<Record<TrainingPhase, readonly TrainingAction[]>> = {
  queued: ['stop'],
  starting: ['stop'],
  running: ['pause', 'stop'],
  pausing: ['stop'],
  paused: ['resume', 'stop'],
  stopping: [],
  stopped: ['resume'],
  finished: [],
  failed: ['resume'],
};

/** Whose process trains a run, as seen from this window. */
export type Trainer = 'this window' | 'another process' | 'another host';

/**
 * Actions on a process that works on a run: a signal stops one of this machine, nothing reaches another
 * machine.
 */
const reach: Readonly<Record<Trainer, (action: TrainingAction) => boolean>> = {
  'this window': () => true,
  'another process': (action) => action === 'stop',
  'another host': () => false,
};

export const actionsIn = (phase: TrainingPhase, trainer: Trainer): TrainingAction[] =>
  actions[phase].filter((action) => !isActive(phase) || reach[trainer](action));

const active: ReadonlySet<TrainingPhase> = new Set(['starting', 'running', 'pausing', 'paused', 'stopping']);

/** Whether a process works on the run. */
export const isActive = (phase: TrainingPhase): boolean => active.has(phase);

/** Whether the run can continue from its last checkpoint. */
export const isResumable = (phase: TrainingPhase): boolean => phase === 'stopped' || phase === 'failed';

/**
 * The phase of a run from its files. A run marked as running without a process was killed, and is resumed like
 * a stopped one.
 */
export const phaseOnDisk = (status: RunFile['status'], isTrained: boolean): TrainingPhase => {
  if (isTrained) return status === 'paused' ? 'paused' : 'running';
  return status === 'running' || status === 'paused' ? 'stopped' : status;
};

/** The phase that a trainer reports, unless the user has already asked for a later one. */
export const phaseAfter = (status: RunFile['status'], before: TrainingPhase): TrainingPhase =>
  before === 'stopping' && (status === 'running' || status === 'paused') ? 'stopping' : status;
