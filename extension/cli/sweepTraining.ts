import path from 'node:path';
import type { Reply } from '../contract/calls.js';
import { GeometryError } from '../contract/errors.js';
import type { RunFile } from '../contract/run.js';
import type { SweepOptions, TrainRun } from '../engine/runs/runSweep.js';
import type { SideBySide } from '../engine/runs/sideBySide.js';
import { createTrainingEngine, ReplicaPool } from '../engine/training/trainer/onnxEngine.js';
import { train } from '../engine/training/trainer/train.js';
import { startTrainerProcess } from '../processes/trainerProcess.js';

/** The engine's bundle lies beside this one. */
const engineBundle = (): string => path.join(__dirname, 'engine.js');
const lastWords = 20;

/** How the runs of a sweep are trained: in this process, one by one or as rows of one graph, or each in one of its own. */
export const sweepTraining = (
  { jobs, threads, asRows = false }: SideBySide,
  bundle = engineBundle(),
): Pick<SweepOptions, 'jobs' | 'trainRun'> => {
  if (jobs === 1) return {};
  return { jobs, trainRun: asRows ? trainAsRow(new ReplicaPool()) : trainInProcess(bundle, threads) };
};

const trainAsRow =
  (pool: ReplicaPool): TrainRun =>
  (request, control, events) =>
    train(request, control, events, {
      asRow: true,
      createEngine: (config, provider, options) =>
        createTrainingEngine(config, provider, { ...options, pool }),
    });

/**
 * Trains a run in a process of its own. When this process goes away the run is checkpointed and ends.
 * @throws GeometryError what the run ended with; `process-died` when its process did.
 */
const trainInProcess =
  (bundle: string, threads: number | undefined): TrainRun =>
  async (request, control, events) => {
    let outcome: Reply<RunFile> | undefined;
    const output: string[] = [];
    const trainer = startTrainerProcess(
      { bundle },
      {
        events: {
          started: (run) => events.started?.(run),
          metrics: (line) => events.metrics?.(line),
          advanced: (step) => events.advanced?.(step, request.config.maxSteps),
          warning: (warning) => events.warning?.(warning),
          status: (status, step) => events.status?.(status, step),
          grokked: (step) => events.grokked?.(step),
          ended: (reply) => {
            outcome = reply;
            trainer.finish();
          },
        },
        refuse: (error) => output.push(error.message),
        onOutput: (line) => output.push(line),
      },
    );
    // One that is resumed keeps the threads that it began with: with others its sums would come out in another order.
    const share = threads === undefined || request.resume ? {} : { threads };
    const accepted = await trainer.calls.start({ ...request, ...share });
    if (!accepted.ok) {
      outcome = accepted;
      trainer.finish();
    }
    const stop = (): void => void trainer.calls.stop();
    if (control.wantsStop()) stop();
    control.stopSignal.addEventListener('abort', stop, { once: true });
    const { how } = await trainer.ended;
    if (outcome?.ok) return outcome.value;
    if (outcome)
      throw new GeometryError(outcome.error.code, outcome.error.message, { cause: outcome.error.cause });
    throw new GeometryError(
      'process-died',
      `The process that trained ${request.out} ended before its run was done (${how}); every checkpoint written is whole.`,
      { cause: output.slice(-lastWords).join('\n') },
    );
  };
