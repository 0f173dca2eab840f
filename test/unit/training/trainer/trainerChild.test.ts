import { fork, type ChildProcess } from 'node:child_process';
import { createBirpc } from 'birpc';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callsOver } from '../../../../extension/contract/boundary.js';
import type { TrainerCalls, TrainRequest } from '../../../../extension/contract/calls.js';
import type { RunFile } from '../../../../extension/contract/run.js';
import { trainerSchemas } from '../../../../extension/contract/trainerSchemas.js';
import { loadRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { bundleForChild } from '../bundle.js';

/** The role as the engine's bundle serves it, with a model that needs no runtime. */
const source = `
import { serveTrainer } from './extension/engine/roles/trainer.js';
import { toyEngine } from './test/unit/training/trainer/toyEngine.js';
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
serveTrainer({
  choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
  createEngine: (config) => {
    const toy = toyEngine(config);
    return Promise.resolve({ ...toy, run: async (state, step) => (await pause(), toy.run(state, step, 1)) });
  },
});
`;

let bundle: string;
let folder: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  bundle = await bundleForChild(source, 'trainer');
});
afterAll(() => rmSync(bundle));
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-child-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const out = (): string => path.join(folder, 'run');
const runFile = (): RunFile => JSON.parse(readFileSync(path.join(out(), 'run.json'), 'utf8')) as RunFile;

/** Starts a run in a child; resolves when it tells of its first metrics. */
const startChild = async (maxSteps: number, whenLeft: 'stop' | 'continue'): Promise<ChildProcess> => {
  const started = fork(bundle, [], { execArgv: [], serialization: 'advanced' });
  child = started;
  const events: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const receive = Object.fromEntries(
      ['started', 'metrics', 'status', 'grokked', 'ended'].map((name) => [
        name,
        (payload: unknown) => {
          events.push(name);
          if (name === 'metrics') resolve();
          if (name === 'ended' && !(payload as { ok: boolean }).ok)
            reject(new Error(JSON.stringify(payload)));
        },
      ]),
    );
    const channel = createBirpc<Record<string, (...args: unknown[]) => unknown>, typeof receive>(receive, {
      post: (message) => void started.send(message as object),
      on: (handler) => void started.on('message', handler),
    });
    const calls = callsOver<TrainerCalls>(trainerSchemas, (method, args) => channel.$call(method, ...args));
    void loadRunConfig('tiny').then(async (tiny) => {
      const config = { ...tiny, maxSteps, evaluateEvery: 20, checkpointEvery: 50 };
      const request: TrainRequest = { config, out: out(), provider: 'auto', whenLeft };
      const reply = await calls.start(request);
      if (!reply.ok) reject(new Error(reply.error.message));
    });
  });
  return started;
};
const closed = (process: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => process.on('exit', (code) => resolve(code)));

describe('a trainer process', () => {
  it('whose window closes checkpoints, stops and ends', async () => {
    const trainer = await startChild(100_000, 'stop');
    trainer.disconnect();
    expect(await closed(trainer)).toBe(0);
    const { status, lastStep } = runFile();
    expect(status).toBe('stopped');
    const name = `step_${String(lastStep).padStart(6, '0')}.safetensors`;
    expect(readFileSync(path.join(out(), 'checkpoints', name)).length).toBeGreaterThan(64);
  });

  it('goes on alone when its request says so, and ends when it is done', async () => {
    const trainer = await startChild(120, 'continue');
    trainer.disconnect();
    expect(await closed(trainer)).toBe(0);
    expect(runFile()).toMatchObject({ status: 'finished', lastStep: 120 });
  });

  it.runIf(process.platform !== 'win32')('checkpoints and ends on SIGTERM', async () => {
    const trainer = await startChild(100_000, 'continue');
    trainer.kill('SIGTERM');
    expect(await closed(trainer)).toBe(0);
    expect(runFile().status).toBe('stopped');
  });
});
