import type { ErrorValue } from '../../../contract/errors.js';
import type { Place } from '../../../contract/sweep.js';
import type { Liveness } from '../../../disk/liveness.js';
import type { CellProgress } from '../progress.js';
import type { ElementState } from './scheduler.js';

/** The facts on one run. */
export interface RunFacts {
  readonly progress: CellProgress;
  /** Its claim, as seen now. */
  readonly held: Liveness;
  readonly secondsLeft?: number;
  /** Its element, if the scheduler has it. */
  readonly element?: ElementState;
  /** Undefined if the scheduler answered. */
  readonly silence?: ErrorValue;
  /** Whether it was ever submitted. */
  readonly wasSubmitted: boolean;
  /** Whether the user stopped its element. */
  readonly wasStopped: boolean;
}

const isHeld = ({ kind }: Liveness): boolean => kind === 'here' || kind === 'elsewhere';

/**
 * The state of a run. The run's own files decide first, then its claim; the queue only tells why a run waits.
 * An element that left the queue never counts as a success.
 */
export const placeOf = (facts: RunFacts): Place => {
  const { progress, held, element, secondsLeft, silence } = facts;
  const { cell, status, step, run, unreadable } = progress;
  const common = { name: cell.name, step, of: cell.config.maxSteps };
  if (status === 'finished') return { ...common, state: 'finished' };
  if (isHeld(held)) {
    const node = held.kind === 'elsewhere' ? held.host : undefined;
    return {
      ...{ ...common, state: 'running' },
      ...(node === undefined ? {} : { node }),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    };
  }
  if (element?.state === 'waiting') {
    return { ...common, state: 'waiting', ...(element.reason === undefined ? {} : { says: element.reason }) };
  }
  if (element?.state === 'working') {
    return { ...common, state: 'starting', ...(element.node === undefined ? {} : { node: element.node }) };
  }
  const unsure = silence !== undefined && facts.wasSubmitted ? { unsure: true, says: silence.message } : {};
  if (status === 'failed') {
    const says = unreadable?.message ?? run?.error?.message;
    return { ...common, state: 'failed', ...(says === undefined ? {} : { says }) };
  }
  if (status === 'queued') return { ...common, state: 'absent', ...unsure };
  // A run marked as running without a holder was killed. A scheduler that ends an element will restart it. An
  // element that then leaves the queue, for example because the controller died during the relaunch, was lost,
  // not stopped.
  const isStopped =
    run?.status === 'stopped' && (facts.wasStopped || !facts.wasSubmitted || silence !== undefined);
  const wrote = isStopped ? 'stopped' : 'lost';
  return { ...common, state: wrote, ...unsure };
};

/** Runs that a submission includes: not finished, not trained, not queued. */
export const isLeft = ({ state }: Place): boolean =>
  state === 'absent' || state === 'stopped' || state === 'failed' || state === 'lost';
