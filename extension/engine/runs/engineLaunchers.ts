import type { TrainRequest } from '../../contract/calls.js';
import { toErrorValue } from '../../contract/errors.js';
import type { RunFile } from '../../contract/run.js';
import type { Launcher } from '../../queue/launcher.js';
import { createTrainingEngine, ReplicaPool } from '../training/trainer/onnxEngine.js';
import { RunControl } from '../training/trainer/runControl.js';
import { train, type RunEvents } from '../training/trainer/train.js';

/** Trains one run in this process; throws as `train` does. */
export type TrainRun = (request: TrainRequest, control: RunControl, events: RunEvents) => Promise<RunFile>;

/** Runs in this process: one after another, or `capacity` of them if `trainRun` shares a graph. */
export const inThisProcess = (trainRun: TrainRun = train, capacity = 1): Launcher => ({
  capacity: () => capacity,
  sharesCores: false,
  start: (request, events) => {
    const control = new RunControl();
    return {
      pause: () => control.pause(),
      resume: () => control.resume(),
      stop: () => control.stop(),
      leave: () => control.stop(),
      ended: trainRun(request, control, events).then(
        (value) => ({ ok: true as const, value }),
        (thrown: unknown) => ({ ok: false as const, error: toErrorValue(thrown) }),
      ),
    };
  },
});

/** Runs of one shape as rows of one graph, `capacity` at a time: fastest on a device. */
export const asRows = (capacity: number): Launcher => {
  const pool = new ReplicaPool();
  const launcher = inThisProcess(
    (request, control, events) =>
      train(request, control, events, {
        asRow: true,
        createEngine: (config, provider, options) =>
          createTrainingEngine(config, provider, { ...options, pool }),
      }),
    capacity,
  );
  return { ...launcher, expects: (runs) => pool.expects(runs) };
};
