import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  chooseProvider,
  probeProvider,
  type ProbeEntry,
  type ProviderRequest,
} from '../../../extension/engine/runtime/providers.js';
import { bundleForChild } from '../training/bundle.js';

type Outcome = Awaited<ReturnType<typeof probeProvider>>;

const works = (productMs: number, device?: string): Outcome => ({
  works: true,
  answer: { productMs, ...(device === undefined ? {} : { device }) },
});
const fails = (reason: string): Outcome => ({ works: false, reason });

const nowhere: ProbeEntry = { file: 'unused', arguments: [] };
const choose = (
  wanted: 'auto' | 'cuda' | 'webgpu',
  outcomes: Record<string, Outcome>,
  request: ProviderRequest = {},
  probed: string[] = [],
) =>
  chooseProvider(wanted, {
    ...request,
    entry: nowhere,
    probeOne: (name) => {
      probed.push(name);
      return Promise.resolve(outcomes[name]!);
    },
  });

describe('the choice of an execution provider', () => {
  it('takes CUDA, then WebGPU, then the CPU, and says why a better one was passed over', async () => {
    expect(await choose('auto', { cuda: works(1, 'H'), webgpu: works(2), cpu: works(9) })).toEqual({
      name: 'cuda',
      device: 'H',
      tf32: false,
      passedOver: [],
    });
    expect(await choose('auto', { cuda: fails('No.'), webgpu: works(2), cpu: works(9) })).toMatchObject({
      name: 'webgpu',
      passedOver: [{ name: 'cuda', reason: 'No.' }],
    });
    expect(await choose('auto', { cuda: fails('No.'), webgpu: fails('Nor.'), cpu: works(9) })).toMatchObject({
      name: 'cpu',
      passedOver: [
        { name: 'cuda', reason: 'No.' },
        { name: 'webgpu', reason: 'Nor.' },
      ],
    });
  });

  it('passes over an adapter that is slower than the CPU', async () => {
    const chosen = await choose('auto', { cuda: fails('No.'), webgpu: works(200), cpu: works(4) });
    expect(chosen.name).toBe('cpu');
    expect(chosen.passedOver[1]!.reason).toMatch(/slower than the CPU here \(200\.0 ms against 4\.0 ms/);
  });

  it('takes CUDA without holding it against the CPU', async () => {
    const probed: string[] = [];
    const outcomes = { cuda: works(50), webgpu: works(1), cpu: works(1) };
    expect(await choose('auto', outcomes, {}, probed)).toMatchObject({ name: 'cuda', passedOver: [] });
    expect(probed).toEqual(['cuda']);
  });

  it('probes the CPU once, and only when it is compared with or left', async () => {
    for (const webgpu of [works(2), works(200), fails('No.')]) {
      const probed: string[] = [];
      await choose('auto', { cuda: fails('No.'), webgpu, cpu: works(9) }, {}, probed);
      expect(probed).toEqual(['cuda', 'webgpu', 'cpu']);
    }
  });

  it('passes WebGPU over for float64, and refuses it by name, without a probe', async () => {
    const probed: string[] = [];
    const outcomes = { cuda: fails('No.'), webgpu: works(1), cpu: works(9) };
    const chosen = await choose('auto', outcomes, { dtype: 'float64' }, probed);
    expect(chosen).toMatchObject({ name: 'cpu', passedOver: [{ name: 'cuda' }, { name: 'webgpu' }] });
    expect(chosen.passedOver[1]!.reason).toMatch(/no float64/);
    await expect(choose('webgpu', outcomes, { dtype: 'float64' }, probed)).rejects.toMatchObject({
      code: 'no-provider',
      message: expect.stringMatching(/no float64/) as string,
    });
    expect(probed).not.toContain('webgpu');
  });

  it('leaves out what was tried before', async () => {
    const before = [{ name: 'cuda', reason: 'It would not.' }];
    const outcomes = { cuda: works(1), webgpu: works(2), cpu: works(9) };
    expect(await choose('auto', outcomes, { passedOver: before })).toMatchObject({
      name: 'webgpu',
      passedOver: before,
    });
  });

  it('refuses a provider that was asked for by name and does not work', async () => {
    await expect(choose('cuda', { cuda: fails('There is no CUDA device.') })).rejects.toMatchObject({
      code: 'no-provider',
      message: expect.stringMatching(/no CUDA device/) as string,
    });
  });
});

describe('probing in a throwaway child', () => {
  let entry: ProbeEntry;
  beforeAll(async () => {
    const source = `import { runProbeProcess } from './extension/engine/roles/probe.js';
      const [what] = process.argv.slice(2);
      if (what === 'crash') process.abort();
      if (what === 'nonsense') process.send({ productMs: 'fast' }, () => process.exit(0));
      else void runProbeProcess(what === 'hang' ? 'cpu' : what);
      // A driver that hangs holds the thread that called it.
      if (what === 'hang') for (;;) console.log(process.pid);`;
    entry = { file: await bundleForChild(source, 'probe'), arguments: [] };
  });
  afterAll(() => rmSync(entry.file));

  it('finds the CPU', async () => {
    const outcome = await probeProvider('cpu', entry);
    expect(outcome).toMatchObject({ works: true });
  });

  it('survives a child that crashes', async () => {
    const outcome = await probeProvider('cpu', { ...entry, arguments: ['crash'] });
    expect(outcome).toMatchObject({ works: false });
  });

  it('does not take just anything for an answer', async () => {
    const outcome = await probeProvider('cpu', { ...entry, arguments: ['nonsense'] });
    expect(outcome).toEqual({ works: false, reason: 'Its probe gave no answer that makes sense.' });
  });

  it('leaves no hanging child behind when the one that asked is killed', async () => {
    const fork = `require('node:child_process').fork(${JSON.stringify(entry.file)}, ['hang'], { stdio: 'inherit', execArgv: [] })`;
    const parent = spawn(process.execPath, ['-e', fork], { stdio: ['ignore', 'pipe', 'inherit', 'ignore'] });
    const [first] = (await once(parent.stdout!, 'data')) as [Buffer];
    const child = Number(first.toString().split('\n')[0]);
    parent.stdout!.resume();
    parent.kill('SIGKILL');
    const lives = (): boolean => {
      try {
        return process.kill(child, 0);
      } catch {
        return false;
      }
    };
    expect(child).toBeGreaterThan(1);
    // The test's own time limit is the only one.
    while (lives()) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it.runIf(process.platform === 'linux' && !existsSync('/proc/driver/nvidia') && !existsSync('/dev/dri'))(
    'gives a reason in words where there is no graphics device (run only there)',
    async () => {
      const chosen = await chooseProvider('auto', { entry });
      expect(chosen.name).toBe('cpu');
      expect(chosen.passedOver.map(({ name }) => name)).toEqual(['cuda', 'webgpu']);
      for (const { reason } of chosen.passedOver) expect(reason).toMatch(/^(Its|It|There|The) .*\.$/);
    },
  );
});
