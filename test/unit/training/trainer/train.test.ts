import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrainRequest } from '../../../../extension/contract/calls.js';
import { GeometryError } from '../../../../extension/contract/errors.js';
import type { RunFile } from '../../../../extension/contract/run.js';
import { claimRun } from '../../../../extension/engine/training/run/claimRun.js';
import { loadState } from '../../../../extension/engine/training/run/trainerState.js';
import { readMetrics } from '../../../../extension/engine/training/run/metricsFile.js';
import { RunControl } from '../../../../extension/engine/training/trainer/runControl.js';
import { train, type TrainOptions } from '../../../../extension/engine/training/trainer/train.js';
import { toyEngine } from './toyEngine.js';
import { onToy, ToyRuns } from './toyRuns.js';

const runs = new ToyRuns();
const { request, run, checkpoints, metrics } = runs;

describe('a run', () => {
  it('writes its directory: run.json, metrics at every evaluation, checkpoints', async () => {
    const file = await run('a');
    expect(file).toMatchObject({ status: 'finished', lastStep: 250, provider: { name: 'cpu', tf32: false } });
    expect(JSON.parse(readFileSync(path.join(runs.folder, 'a', 'run.json'), 'utf8'))).toEqual(file);
    expect((await metrics('a')).map(({ step }) => step)).toEqual([0, 40, 80, 120, 160, 200, 240, 250]);
    expect(Object.keys(checkpoints('a'))).toEqual(
      [0, 50, 100, 150, 200, 250].map((step) => `step_${String(step).padStart(6, '0')}.safetensors`),
    );
  });

  it('averages the loss over the steps since the last line', async () => {
    await run('a');
    const [first, second] = await metrics('a');
    expect(first!.loss).toBeUndefined();
    const toy = toyEngine(runs.config);
    const weights = toy.initialWeights(runs.config.initSeed);
    const zeros = new Float32Array(8);
    const { losses } = await toy.run({ weights, firstMoment: zeros, secondMoment: zeros }, 0, 40);
    expect(second!.loss).toBeCloseTo(Array.from(losses).reduce((a, b) => a + b) / 40, 12);
  });

  it('stops by its rule, and says at which evaluation it grokked', async () => {
    runs.config = { ...runs.config, stop: { testAccuracy: 0.98, consecutive: 2 } };
    const grokked: number[] = [];
    const file = await run('a', {}, { grokked: (step) => grokked.push(step) }, { learnedAt: 100 });
    expect(file).toMatchObject({ status: 'finished', lastStep: 160, grokStep: 120 });
    expect(grokked).toEqual([120]);
    expect(Object.keys(checkpoints('a')).at(-1)).toBe('step_000160.safetensors');
  });

  it('goes on to a multiple of the step that met its rule, across a stop too', async () => {
    runs.config = {
      ...runs.config,
      stop: { testAccuracy: 0.98, consecutive: 1, continueTo: 2 },
      maxSteps: 1000,
    };
    const whole = await run('a', {}, {}, { learnedAt: 100 });
    expect(whole).toMatchObject({ status: 'finished', lastStep: 240, grokStep: 120 });
    runs.config = { ...runs.config, maxSteps: 160 };
    await run('b', {}, {}, { learnedAt: 100 });
    runs.config = { ...runs.config, maxSteps: 1000 };
    const resumed = await run('b', { resume: true }, {}, { learnedAt: 100 });
    expect(resumed).toMatchObject({ status: 'finished', lastStep: 240 });
  });

  it('refuses a runs.folder that holds a run, and one to resume that holds none', async () => {
    await run('a');
    await expect(run('a')).rejects.toThrow(/already holds a run/);
    await expect(run('b', { resume: true })).rejects.toMatchObject({ code: 'not-found' });
    await expect(run('a', { resume: true, config: { ...runs.config, weightDecay: 3 } })).rejects.toThrow(
      /another weightDecay/,
    );
  });

  it.each([
    ['the loss', { failAt: 120 }, /loss at step 120 .* last checkpoint is of step 100/],
    ['a gradient', { gradientFailsAt: 120 }, /length of the gradient at step 120/],
    // Found at the evaluation before the checkpoint, and at a checkpoint that no evaluation precedes.
    ['a weight', { weightsFailAt: 119 }, /length of the weights after step 120/],
    ['a weight before a checkpoint', { weightsFailAt: 149 }, /length of the weights after step 150/],
    ['the test loss', { testLossFailsAt: 120 }, /test loss after step 120/],
  ])(
    'ends with a failed run.json when %s is not finite, and writes none of it',
    async (_what, toy, message) => {
      const failing = run('a', {}, {}, toy);
      await expect(failing).rejects.toMatchObject({ code: 'not-finite' });
      await expect(failing).rejects.toThrow(message);
      const file = JSON.parse(readFileSync(path.join(runs.folder, 'a', 'run.json'), 'utf8')) as object;
      expect(file).toMatchObject({ status: 'failed', lastStep: 100, error: { code: 'not-finite' } });
      expect(Object.keys(checkpoints('a'))).toHaveLength(3);
      expect(readFileSync(path.join(runs.folder, 'a', 'metrics.jsonl'), 'utf8')).not.toContain('null');
      expect((await loadState(path.join(runs.folder, 'a'), 8))!.state.progress.step).toBe(100);
    },
  );
});

const runFile = (name: string): RunFile =>
  JSON.parse(readFileSync(path.join(runs.folder, name, 'run.json'), 'utf8')) as RunFile;

describe('a run that cannot start', () => {
  const noProvider = (): Promise<never> =>
    Promise.reject(new GeometryError('no-provider', 'There is nothing to train on.'));
  const failures: [string, TrainOptions][] = [
    ['no provider works', { ...onToy(), choose: noProvider }],
    ['the model cannot be built', { ...onToy(), createEngine: noProvider }],
  ];

  it.each(failures)('because %s leaves no runs.folder when it is new', async (_why, options) => {
    const deep = request(path.join('deep', 'down', 'a'));
    await expect(train(deep, new RunControl(), {}, options)).rejects.toMatchObject({ code: 'no-provider' });
    expect(readdirSync(runs.folder)).toEqual([]);
    mkdirSync(path.join(runs.folder, 'given'));
    await expect(train(request('given'), new RunControl(), {}, options)).rejects.toThrow();
    expect(readdirSync(path.join(runs.folder, 'given'))).toEqual([]);
  });

  it.each(failures)('because %s says so in the run.json that is there', async (_why, options) => {
    await run('a');
    const again = { resume: true, config: { ...runs.config, maxSteps: 300 } };
    const statuses: string[] = [];
    const failing = train(
      request('a', again),
      new RunControl(),
      { status: (status) => statuses.push(status) },
      options,
    );
    await expect(failing).rejects.toMatchObject({ code: 'no-provider' });
    expect(runFile('a')).toMatchObject({ status: 'failed', lastStep: 250, error: { code: 'no-provider' } });
    expect(statuses).toEqual(['failed']);
    const resumed = await run('a', again);
    expect(resumed).toMatchObject({ status: 'finished', lastStep: 300 });
    expect(resumed.error).toBeUndefined();
  });

  it('leaves one alone that another process trains', async () => {
    await run('a');
    const { release } = await claimRun(path.join(runs.folder, 'a'));
    await expect(run('a', { resume: true })).rejects.toMatchObject({ code: 'in-use' });
    expect(runFile('a').status).toBe('finished');
    await release();
  });
});

describe('a provider that answers its probe and does not take the model', () => {
  const refusing = (asked: string[]): TrainOptions => ({
    choose: (wanted, { passedOver = [], dtype }) => {
      const best = passedOver.some(({ name }) => name === 'webgpu') ? 'cpu' : 'webgpu';
      asked.push(`${wanted} ${dtype}`);
      return Promise.resolve({ name: wanted === 'auto' ? best : 'webgpu', tf32: false, passedOver });
    },
    createEngine: (given, provider) => {
      const cause = new Error('a shader has too many buffers\nand a long story');
      return provider === 'cpu'
        ? Promise.resolve(toyEngine(given))
        : Promise.reject(new GeometryError('no-provider', 'It did not start.', { cause }));
    },
  });

  it('is passed over under auto, with its words', async () => {
    const asked: string[] = [];
    const file = await train(request('a'), new RunControl(), {}, refusing(asked));
    expect(file.provider).toMatchObject({ name: 'cpu', passedOver: [{ name: 'webgpu' }] });
    expect(file.provider.passedOver[0]!.reason).toMatch(/did not take this model: a shader .* buffers\.$/);
    expect(asked).toEqual(['auto float32', 'auto float32']);
  });

  it('is refused when it was asked for by name', async () => {
    const named = train(request('a', { provider: 'webgpu' }), new RunControl(), {}, refusing([]));
    await expect(named).rejects.toMatchObject({ code: 'no-provider' });
    expect(readdirSync(runs.folder)).toEqual([]);
  });
});

describe('the sessions of a run', () => {
  const on = (name: 'cpu' | 'webgpu', device: string, asked: (number | undefined)[] = []): TrainOptions => ({
    choose: () => Promise.resolve({ name, device, tf32: false, passedOver: [] }),
    createEngine: (given, _provider, { threads }) => {
      asked.push(threads);
      return Promise.resolve(toyEngine(given));
    },
  });

  it('say which steps were trained on what, and a run keeps the threads that it began with', async () => {
    const asked: (number | undefined)[] = [];
    const until = (maxSteps: number) => ({ config: { ...runs.config, maxSteps } });
    const go = (more: Partial<TrainRequest>, options: TrainOptions) =>
      train(request('a', more), new RunControl(), {}, options);
    await go({ ...until(100), threads: 3 }, on('cpu', 'one', asked));
    await go({ ...until(150), resume: true, provider: 'webgpu', threads: 2 }, on('webgpu', 'two', asked));
    const last = await go({ ...until(200), resume: true, provider: 'cpu' }, on('cpu', 'three', asked));
    expect(asked).toEqual([3, 2, 3]);
    expect(last).toMatchObject({ threads: 3, provider: { name: 'cpu', device: 'three' } });
    expect(last.sessions).toMatchObject([
      { fromStep: 0, provider: { name: 'cpu', device: 'one' }, threads: 3 },
      { fromStep: 100, provider: { name: 'webgpu', device: 'two' }, threads: 2 },
      { fromStep: 150, provider: { name: 'cpu', device: 'three' }, threads: 3 },
    ]);
    for (const { versions } of last.sessions!) expect(versions).toHaveProperty('onnxruntime');
    expect(runFile('a')).toEqual(last);
  });

  it('leave out one whose steps were lost', async () => {
    // Trained to the end of the disk: nothing after step 0 was saved.
    await expect(run('a', {}, {}, { failAt: 20 })).rejects.toThrow();
    const file = await train(request('a', { resume: true }), new RunControl(), {}, on('cpu', 'better'));
    expect(file.sessions).toMatchObject([{ fromStep: 0, provider: { device: 'better' } }]);
  });

  it('begin with what a run.json of an earlier version names', async () => {
    await run('a');
    const { sessions, ...earlier } = runFile('a');
    expect(sessions).toHaveLength(1);
    const place = path.join(runs.folder, 'a', 'run.json');
    writeFileSync(place, JSON.stringify({ ...earlier, versions: { onnxruntime: '1.2.3' } }));
    const resumed = await run('a', { resume: true, config: { ...runs.config, maxSteps: 300 } });
    expect(resumed.sessions).toMatchObject([
      { fromStep: 0, versions: { onnxruntime: '1.2.3' } },
      { fromStep: 250 },
    ]);
  });
});

describe('a run that was stopped', () => {
  it.each([1, 37, 50, 120, 199])(
    'at step %i or soon after and resumed equals the unbroken one, whatever the chunks',
    async (stopAt) => {
      await run('whole');
      const control = new RunControl();
      const stopSoon = { advanced: (step: number) => step >= stopAt && control.stop() };
      const stopped = await train(request('a'), control, stopSoon, onToy());
      expect(stopped.status).toBe('stopped');
      const resumed = await run('a', { resume: true });
      expect(resumed.status).toBe('finished');
      const whole = checkpoints('whole');
      const extra = `step_${String(stopped.lastStep).padStart(6, '0')}.safetensors`;
      const broken = checkpoints('a');
      for (const [file, content] of Object.entries(broken)) {
        if (file in whole) expect(content).toBe(whole[file]);
        else expect(file).toBe(extra);
      }
      expect(Object.keys(broken)).toEqual(expect.arrayContaining(Object.keys(whole)));
      expect(await metrics('a')).toEqual(await metrics('whole'));
    },
  );

  it('says its steps per second by its own time, on resuming too', async () => {
    // A clock that stands still but for ten milliseconds a step.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const steady = { onRun: (steps: number) => (now += 10 * steps) };
    const control = new RunControl();
    const stopSoon = { advanced: (step: number) => step >= 10 && control.stop() };
    const { lastStep } = await train(request('a'), control, stopSoon, onToy(steady));
    expect(lastStep).toBeLessThan(40);
    await run('a', { resume: true }, {}, steady);
    clock.mockRestore();
    const lines = await readMetrics(path.join(runs.folder, 'a'));
    for (const { step, stepsPerSecond } of lines.slice(1))
      expect(stepsPerSecond, String(step)).toBeCloseTo(100, 9);
    expect(lines).toHaveLength(8);
  });

  it('can be made longer on resuming', async () => {
    await run('a');
    const longer = await run('a', { resume: true, config: { ...runs.config, maxSteps: 300 } });
    expect(longer).toMatchObject({ status: 'finished', lastStep: 300 });
  });
});

describe('a paused run', () => {
  it('saves, waits, and goes on', async () => {
    await run('whole');
    const control = new RunControl();
    const statuses: string[] = [];
    let waited = false;
    await train(
      request('a'),
      control,
      {
        advanced: (step) => {
          if (step === 40) control.pause();
        },
        status: (status, step) => {
          statuses.push(`${status} ${step}`);
          if (status !== 'paused') return;
          setTimeout(() => {
            waited = true;
            control.resume();
          }, 50);
        },
      },
      onToy(),
    );
    expect(statuses).toEqual(['running 0', 'paused 40', 'running 40', 'finished 250']);
    expect(waited).toBe(true);
    expect((await metrics('a')).at(-1)).toEqual((await metrics('whole')).at(-1));
  });
});

describe('a start from a checkpoint', () => {
  let init: string;
  beforeEach(async () => {
    await run('a');
    init = path.join(runs.folder, 'a', 'checkpoints', 'step_000100.safetensors');
  });

  it('takes its weights by name, and keeps its place and its hash', async () => {
    expect(await run('b', { init: path.relative(process.cwd(), init) })).toMatchObject({
      init,
      initSha256: createHash('sha256').update(readFileSync(init)).digest('hex'),
    });
    expect(checkpoints('b')['step_000000.safetensors']!.slice(-64)).toBe(
      checkpoints('a')['step_000100.safetensors']!.slice(-64),
    );
    // It is what the run began from, not what it goes on from.
    rmSync(init);
    const resumed = await run('b', { resume: true, config: { ...runs.config, maxSteps: 300 } });
    expect(resumed).toMatchObject({ init, lastStep: 300 });
    expect(resumed.initSha256).toHaveLength(64);
  });

  it('refuses a missing tensor and a missing file, and leaves nothing then', async () => {
    const other: TrainOptions = {
      ...onToy(),
      createEngine: (given) => {
        const toy = toyEngine(given);
        const renamed = (weights: Float32Array) => [{ name: 'absent', shape: [8], data: weights }];
        return Promise.resolve({ ...toy, tensors: (weights) => renamed(weights as Float32Array) });
      },
    };
    await expect(train(request('c', { init }), new RunControl(), {}, other)).rejects.toThrow(
      /no tensor "absent"/,
    );
    await expect(run('d', { init: `${init}x` })).rejects.toMatchObject({ code: 'not-found' });
    expect(readdirSync(runs.folder)).toEqual(['a']);
  });
});
