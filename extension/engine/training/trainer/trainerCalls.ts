import type { Reply, TrainerCalls, TrainerEvents } from '../../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../../contract/errors.js';
import { RunControl } from './runControl.js';
import { train } from './train.js';

const done: Reply<void> = { ok: true, value: undefined };
const refused = (message: string): Reply<void> => ({
  ok: false,
  error: new GeometryError('invalid-argument', message).toValue(),
});

/** The role `trainer`: one run in one process. */
export interface Trainer {
  readonly calls: TrainerCalls;
  /** Checkpoints and ends the run, when whoever started it has gone; resolves when it has ended. */
  abandon(): Promise<void>;
}

/**
 * Serves {@link TrainerCalls} for one run; its events follow. `start` answers when the run was accepted, and everything
 * that goes wrong later arrives as `ended`.
 */
export const createTrainer = (events: TrainerEvents): Trainer => {
  const control = new RunControl();
  let running: Promise<void> | undefined;
  const steer = (act: () => void): Promise<Reply<void>> => {
    if (running === undefined) return Promise.resolve(refused('No run was started.'));
    act();
    return Promise.resolve(done);
  };
  return {
    calls: {
      start: (request) => {
        if (running !== undefined) return Promise.resolve(refused('A trainer process trains one run.'));
        running = train(request, control, events).then(
          (file) => events.ended({ ok: true, value: file }),
          (thrown: unknown) => events.ended({ ok: false, error: toErrorValue(thrown) }),
        );
        return Promise.resolve(done);
      },
      pause: () => steer(() => control.pause()),
      resume: () => steer(() => control.resume()),
      stop: () => steer(() => control.stop()),
    },
    abandon: async () => {
      control.stop();
      await running;
    },
  };
};
