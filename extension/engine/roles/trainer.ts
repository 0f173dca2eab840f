import type { Reply, TrainerCalls, TrainerEvents, TrainRequest } from '../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import { trainerEventSchemas, trainerSchemas } from '../../contract/trainerSchemas.js';
import { serveParentWithEvents } from '../ground/serving/channel.js';
import { RunControl } from '../training/trainer/runControl.js';
import { train, type TrainOptions } from '../training/trainer/train.js';

const done: Reply<void> = { ok: true, value: undefined };
const refused = (message: string): Promise<Reply<void>> =>
  Promise.resolve({ ok: false, error: new GeometryError('invalid-argument', message).toValue() });

/** One run in one process. */
export interface Trainer {
  readonly calls: TrainerCalls;
  /**
   * The parent process has ended: the run writes a checkpoint and ends, or continues, as its request said.
   * Resolves at its end.
   */
  left(): Promise<void>;
  /** Writes a checkpoint and ends the run; resolves when it has ended. */
  end(): Promise<void>;
}

/**
 * Serves {@link TrainerCalls} for one run. `start` answers when the run is accepted; later failures arrive as
 * the event `ended`.
 */
export const createTrainer = (events: TrainerEvents, options: TrainOptions = {}): Trainer => {
  const control = new RunControl();
  let started: { readonly request: TrainRequest; readonly ended: Promise<void> } | undefined;
  const steer = (act: () => void): Promise<Reply<void>> => {
    if (started === undefined) return refused('No run was started.');
    act();
    return Promise.resolve(done);
  };
  const end = async (): Promise<void> => {
    control.stop();
    await started?.ended;
  };
  return {
    calls: {
      start: (request) => {
        if (started !== undefined) return refused('A trainer process trains one run.');
        const ended = train(request, control, events, options).then(
          (file) => events.ended({ ok: true, value: file }),
          (thrown: unknown) => events.ended({ ok: false, error: toErrorValue(thrown) }),
        );
        started = { request, ended };
        return Promise.resolve(done);
      },
      pause: () => steer(() => control.pause()),
      resume: () => steer(() => control.resume()),
      stop: () => steer(() => control.stop()),
    },
    left: async () => {
      if (started?.request.whenLeft !== 'continue') return end();
      // A paused run without a window would wait forever.
      control.resume();
      await started.ended;
    },
    end,
  };
};

/**
 * The role `trainer` of the engine's bundle: serves its parent process. SIGTERM and SIGINT write a checkpoint
 * and end the run, so a run that continues alone can be ended by the process id in `state/trainer.pid` of the
 * run's folder.
 */
export const serveTrainer = (options: TrainOptions = {}): void => {
  let trainer: Trainer | undefined;
  const exitAfter = (ended: Promise<void> | undefined): void => {
    void Promise.resolve(ended).finally(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => exitAfter(trainer?.end()));
  serveParentWithEvents<TrainerCalls, TrainerEvents>(
    trainerSchemas,
    trainerEventSchemas,
    (events) => {
      trainer = createTrainer(events, options);
      return trainer.calls;
    },
    () => exitAfter(trainer?.left()),
  );
};
