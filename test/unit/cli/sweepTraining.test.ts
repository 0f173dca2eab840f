import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepTraining } from '../../../extension/cli/sweepTraining.js';
import type { RunFile } from '../../../extension/contract/run.js';
import { loadRunConfig } from '../../../extension/engine/training/runConfig.js';
import { RunControl } from '../../../extension/engine/training/trainer/runControl.js';
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

const train = async (name: string, maxSteps: number, control = new RunControl(), steps: number[] = []) => {
  const { trainRun } = sweepTraining({ jobs: 2, threads: 3 }, bundle);
  const config = { ...(await loadRunConfig('tiny')), name, maxSteps, evaluateEvery: 20, checkpointEvery: 50 };
  const request = { config, out: path.join(folder, name), provider: 'cpu' as const };
  return trainRun!(request, control, {
    metrics: ({ step }) => {
      steps.push(step);
      if (name === 'stopped' && step === 20) control.stop();
    },
  });
};

describe('a run in a process of its own', () => {
  it('tells of its steps and answers how it ended', async () => {
    const steps: number[] = [];
    expect(await train('whole', 60, undefined, steps)).toMatchObject({ status: 'finished', lastStep: 60 });
    expect(steps).toEqual([0, 20, 40, 60]);
  });

  it('is checkpointed and ends when it is stopped', async () => {
    const run = await train('stopped', 100_000);
    expect(run.status).toBe('stopped');
    const onDisk = JSON.parse(readFileSync(path.join(folder, 'stopped/run.json'), 'utf8')) as RunFile;
    expect(onDisk).toMatchObject({ status: 'stopped', lastStep: run.lastStep });
  });

  it('has its share of the threads', async () => {
    await expect(train('threads', 20)).rejects.toMatchObject({
      cause: expect.stringContaining('threads: 3') as string,
    });
  });

  it('that is resumed keeps the threads that it began with', async () => {
    const began = await train('kept', 20);
    expect(began.sessions?.at(-1)?.threads).toBe(3);
    const { trainRun } = sweepTraining({ jobs: 4, threads: 1 }, bundle);
    const request = {
      config: { ...began.config, maxSteps: 40 },
      out: path.join(folder, 'kept'),
      resume: true,
    };
    const run = await trainRun!({ ...request, provider: 'cpu' }, new RunControl(), {});
    expect(run).toMatchObject({ lastStep: 40, threads: 3 });
    expect(run.sessions?.map(({ fromStep, threads }) => [fromStep, threads])).toEqual([
      [0, 3],
      [20, 3],
    ]);
  });

  it('that dies says so, with the last words of its process', async () => {
    await expect(train('dies', 20)).rejects.toMatchObject({
      code: 'process-died',
      message: expect.stringContaining('exit code 7') as string,
      cause: expect.stringContaining('out of luck') as string,
    });
  });
});
