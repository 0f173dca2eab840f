import type { RunFile } from '../../contract/run.js';
import type { TrainingAction, TrainingPhase } from '../../contract/training.js';

/** What the user can ask of a run in each phase. Resuming a run that has ended goes on from its last checkpoint. */
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

/** Whose process trains a run, as this window sees it. */
export type Trainer = 'this window' | 'another process' | 'another host';

/** What can be asked of a process that works on a run: a signal stops one of this machine, nothing reaches another. */
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

/** Whether the run's last checkpoint can be gone on from. */
export const isResumable = (phase: TrainingPhase): boolean => phase === 'stopped' || phase === 'failed';

/**
 * What a run is about by its files: a run that calls itself running without a process was killed, and is resumed as a
 * stopped one is.
 */
export const phaseOnDisk = (status: RunFile['status'], isTrained: boolean): TrainingPhase => {
  if (isTrained) return status === 'paused' ? 'paused' : 'running';
  return status === 'running' || status === 'paused' ? 'stopped' : status;
};

/** What a trainer says of itself, unless the user has already asked for more. */
export const phaseAfter = (status: RunFile['status'], before: TrainingPhase): TrainingPhase =>
  before === 'stopping' && (status === 'running' || status === 'paused') ? 'stopping' : status;
