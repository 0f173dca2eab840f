import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launcherFor } from '../../../extension/cli/launchers.js';
import type { RunEvents } from '../../../extension/queue/launcher.js';
import { RunQueue } from '../../../extension/queue/runQueue.js';
import type { Reply, TrainRequest } from '../../../extension/contract/calls.js';
import type { RunFile } from '../../../extension/contract/run.js';
import { loadRunConfig } from '../../../extension/engine/training/runConfig.js';
import { bundleForChild } from '../training/bundle.js';

/** The role as the engine's bundle serves it, with a model that needs no runtime; the name of a run says how it ends. */
const source = `
import { serveTrainer } from './extension/engine/roles/trainer.js';
import { toyEngine } from './test/unit/training/trainer/toyEngine.js';
serveTrainer({
  choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
  createEngine: (config, provider, { threads }) => {
    if (config.name === 'dies') { console.error('out of luck'); process.exit(7); }
    if (config.name === 'threads') throw new Error('threads: ' + threads);
    const toy = toyEngine(config);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    return Promise.resolve({ ...toy, run: async (state, step) => (await pause(), toy.run(state, step, 1)) });
  },
});
`;

let bundle: string;
let folder: string;
beforeAll(async () => {
  bundle = await bundleForChild(source, 'sweep-trainer');
});
afterAll(() => rmSync(bundle));
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-in-process-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** How a run ended that a queue of processes has trained. */
const trained = (
  request: TrainRequest,
  events: RunEvents,
  jobs: number,
  onQueue: (queue: RunQueue) => void = () => undefined,
): Promise<Reply<RunFile>> =>
  new Promise((resolve) => {
    const queue = new RunQueue({ launcher: launcherFor({ launcher: 'processes', jobs }, bundle), cores: 6 });
    onQueue(queue);
    queue.add({ folder: request.out, begin: () => ({ request, events }), ended: resolve });
  });

const train = async (name: string, maxSteps: number, steps: number[] = []): Promise<Reply<RunFile>> => {
  const config = { ...(await loadRunConfig('tiny')), name, maxSteps, evaluateEvery: 20, checkpointEvery: 50 };
  const request = { config, out: path.join(folder, name), provider: 'cpu' as const };
  let queue: RunQueue | undefined;
  const metrics = ({ step }: { step: number }): void => {
    steps.push(step);
    if (name === 'stopped' && step === 20) queue?.stop(request.out);
  };
  return trained(request, { metrics }, 2, (made) => (queue = made));
};

const valueOf = (reply: Reply<RunFile>): RunFile => {
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.value;
};

describe('a run in a process of its own', () => {
  it('tells of its steps and answers how it ended', async () => {
    const steps: number[] = [];
    expect(await train('whole', 60, steps)).toMatchObject({
      ok: true,
      value: { status: 'finished', lastStep: 60 },
    });
    expect(steps).toEqual([0, 20, 40, 60]);
  });

  it('is checkpointed and ends when it is stopped', async () => {
    const run = valueOf(await train('stopped', 100_000));
    expect(run.status).toBe('stopped');
    const onDisk = JSON.parse(readFileSync(path.join(folder, 'stopped/run.json'), 'utf8')) as RunFile;
    expect(onDisk).toMatchObject({ status: 'stopped', lastStep: run.lastStep });
  });

  it('has its share of the threads', async () => {
    expect(await train('threads', 20)).toMatchObject({
      ok: false,
      error: { cause: expect.stringContaining('threads: 3') as string },
    });
  });

  it('that is resumed keeps the threads that it began with', async () => {
    const began = valueOf(await train('kept', 20));
    expect(began.sessions?.at(-1)?.threads).toBe(3);
    const request = {
      config: { ...began.config, maxSteps: 40 },
      out: path.join(folder, 'kept'),
      resume: true,
    };
    const run = valueOf(await trained({ ...request, provider: 'cpu' }, {}, 6));
    expect(run).toMatchObject({ lastStep: 40, threads: 3 });
    expect(run.sessions?.map(({ fromStep, threads }) => [fromStep, threads])).toEqual([
      [0, 3],
      [20, 3],
    ]);
  });

  it('that dies says so, with the last words of its process', async () => {
    expect(await train('dies', 20)).toMatchObject({
      ok: false,
      error: {
        code: 'process-died',
        message: expect.stringContaining('exit code 7') as string,
        cause: expect.stringContaining('out of luck') as string,
      },
    });
  });
});
