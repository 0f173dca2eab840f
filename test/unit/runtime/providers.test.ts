import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  chooseProvider,
  probeProvider,
  type ProbeEntry,
} from '../../../extension/engine/runtime/providers.js';
import { bundleForChild } from '../training/bundle.js';

type Outcome = Awaited<ReturnType<typeof probeProvider>>;

const works = (productMs: number, device?: string): Outcome => ({
  works: true,
  answer: { productMs, ...(device === undefined ? {} : { device }) },
});
const fails = (reason: string): Outcome => ({ works: false, reason });

const nowhere: ProbeEntry = { file: 'unused', arguments: [] };
const choose = (wanted: 'auto' | 'cuda', outcomes: Record<string, Outcome>) =>
  chooseProvider(wanted, nowhere, (name) => Promise.resolve(outcomes[name]!));

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
    const source = `import { runProbeProcess } from './extension/engine/runtime/probe.js';
      const [what] = process.argv.slice(2);
      if (what === 'crash') process.abort();
      void runProbeProcess(what!);`;
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

  it.runIf(process.platform === 'linux' && !existsSync('/proc/driver/nvidia') && !existsSync('/dev/dri'))(
    'gives a reason in words where there is no graphics device (run only there)',
    async () => {
      const chosen = await chooseProvider('auto', entry);
      expect(chosen.name).toBe('cpu');
      expect(chosen.passedOver.map(({ name }) => name)).toEqual(['cuda', 'webgpu']);
      for (const { reason } of chosen.passedOver) expect(reason).toMatch(/^(Its|It|There|The) .*\.$/);
    },
  );
});
