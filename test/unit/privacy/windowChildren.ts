import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { receiveEvents } from '../../../extension/contract/boundary.js';
import {
  computeEventSchemas,
  computeSchemas,
  readerSchemas,
} from '../../../extension/contract/callSchemas.js';
import type { ComputeCalls, ReaderCalls, Reply, TrainRequest } from '../../../extension/contract/calls.js';
import { inspectSettingsSchema } from '../../../extension/contract/report.js';
import { startEngineProcess } from '../../../extension/processes/engineProcess.js';
import { startTrainerProcess } from '../../../extension/processes/trainerProcess.js';

/**
 * A program that starts the processes of a window as the extension's host does, without VS Code: the reader describes a
 * file, the compute process inspects a series and evaluates its model, a trainer trains a few steps, each in turn.
 */
interface Plan {
  readonly bundle: string;
  readonly series: string;
  readonly cache: string;
  readonly out: string;
}
const plan = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Plan;

const value = <T>(reply: Reply<T>): T => {
  if (reply.ok) return reply.value;
  throw new Error(`${reply.error.code}: ${reply.error.message}`);
};
const onOutput = (line: string): void => void process.stderr.write(`${line}\n`);
const refuse = (error: Error): void => {
  throw error;
};

const read = async (): Promise<TrainRequest> => {
  const { bundle, series, cache, out } = plan;
  const reader = startEngineProcess<ReaderCalls>({
    ...{ bundle, role: 'reader', args: [cache], schemas: readerSchemas, events: {}, onOutput },
  });
  const [found] = value(await reader.calls.discover(series));
  const path = found!.checkpoints[0]!.path;
  const [tensor] = value(await reader.calls.describe(path)).tensors.filter(({ shape }) => shape.length === 2);
  value(await reader.calls.quickStatistics(path, tensor!.name));
  const config = value(await reader.calls.runConfig('tiny', ['maxSteps=200', 'model.d=8', 'model.dFf=8']));
  reader.kill();
  return { config, out, provider: 'auto' };
};

const inspect = async (): Promise<void> => {
  const { bundle, series, cache } = plan;
  await new Promise<void>((resolve, reject) => {
    const compute = startEngineProcess<ComputeCalls>({
      ...{ bundle, role: 'compute', args: [], schemas: computeSchemas, onOutput },
      events: receiveEvents(
        computeEventSchemas,
        {
          addition: () => undefined,
          progress: () => undefined,
          ended: (_, outcome) => {
            compute.kill();
            if (outcome.ok) resolve();
            else reject(new Error(outcome.error.message));
          },
        },
        refuse,
      ),
    });
    void compute.calls.inspect('job', {
      path: series,
      settings: v.parse(inspectSettingsSchema, {}),
      cacheFolder: cache,
    });
  });
};

const train = (request: TrainRequest): Promise<void> =>
  new Promise((resolve, reject) => {
    const trainer = startTrainerProcess(
      { bundle: plan.bundle },
      {
        events: {
          started: () => undefined,
          metrics: () => undefined,
          advanced: () => undefined,
          status: () => undefined,
          warning: () => undefined,
          grokked: () => undefined,
          ended: (outcome) => {
            trainer.finish();
            if (outcome.ok) resolve();
            else reject(new Error(outcome.error.message));
          },
        },
        refuse,
        onOutput,
      },
    );
    void trainer.calls.start(request);
  });

const all = async (): Promise<void> => {
  const request = await read();
  await inspect();
  await train(request);
};
all().catch((thrown: unknown) => {
  process.stderr.write(`${String(thrown)}\n`);
  process.exitCode = 1;
});
