import { describe, expect, it } from 'vitest';
import type { CudaSurvey, GpuCalls } from '../../../../extension/contract/gpu.js';
import { CudaFolders, type FolderAnswer } from '../../../../extension/host/training/cudaFolders.js';

const whole: CudaSurvey = {
  onnxruntime: '1.30.0',
  findings: [],
  consents: ['/home/me/.venv'],
  links: [{ name: 'libcudart.so.13', path: '/home/me/.venv/lib/libcudart.so.13' }],
};
const linked = { LD_LIBRARY_PATH: '/links' };

const window = (options: {
  readonly survey?: CudaSurvey;
  readonly answer?: FolderAnswer;
  readonly named?: string[];
  readonly trusted?: boolean;
}) => {
  const asked: string[] = [];
  let answers: Readonly<Record<string, FolderAnswer>> = {};
  const probedWith: Record<string, string>[] = [];
  const calls: GpuCalls = {
    survey: () => Promise.resolve({ ok: true, value: options.survey ?? whole }),
    link: () => Promise.resolve({ ok: true, value: linked }),
    probe: (environment) => {
      probedWith.push(environment);
      return Promise.resolve({ ok: true, value: [] });
    },
  };
  let started = 0;
  const folders = new CudaFolders({
    withGpu: (ask) => {
      started++;
      return ask(calls);
    },
    isTrusted: () => options.trusted ?? true,
    places: () => Promise.resolve({ named: options.named ?? [], pythons: [], projects: [] }),
    answers: {
      get: () => answers,
      set: (given) => {
        answers = given;
        return Promise.resolve();
      },
    },
    ask: (folder) => {
      asked.push(folder);
      return Promise.resolve(options.answer);
    },
    linkFolder: '/storage',
    notAllowed: (folder) => `Not from ${folder}.`,
    log: { info: () => undefined, warn: () => undefined },
  });
  return { folders, asked, probedWith, answers: () => answers, started: () => started };
};

describe('CUDA from folders of the user', () => {
  it('is loaded after one question, which is remembered for the folder', async () => {
    const { folders, asked, answers } = window({ answer: 'allowed' });
    expect(await folders.surroundings('auto')).toEqual({ environment: linked, passedOver: [] });
    expect(await folders.surroundings('cuda')).toEqual({ environment: linked, passedOver: [] });
    expect(asked).toEqual(['/home/me/.venv']);
    expect(answers()).toEqual({ '/home/me/.venv': 'allowed' });
  });

  it('is not loaded once refused, and the run says so', async () => {
    const { folders, asked } = window({ answer: 'refused' });
    for (let run = 0; run < 2; run++)
      expect(await folders.surroundings('auto')).toEqual({
        environment: {},
        passedOver: [{ name: 'cuda', reason: 'Not from /home/me/.venv.' }],
      });
    expect(asked).toHaveLength(1);
  });

  it('is asked for again where the question was put off, and can be answered anew', async () => {
    const { folders, asked, answers } = window({});
    await folders.surroundings('auto');
    await folders.surroundings('auto');
    expect(asked).toHaveLength(2);
    expect(answers()).toEqual({});
    const other = window({ answer: 'allowed' });
    await other.folders.question('/home/me/.venv');
    await other.folders.surroundings('auto');
    expect(other.asked).toHaveLength(1);
  });

  it('is neither looked for nor asked for without trust, nor for other providers', async () => {
    const { folders, asked, started } = window({ trusted: false, answer: 'allowed' });
    expect(await folders.surroundings('cuda')).toEqual({ environment: {}, passedOver: [] });
    expect(started()).toBe(0);
    const trusted = window({ answer: 'allowed' });
    for (const provider of ['cpu', 'webgpu'] as const) await trusted.folders.surroundings(provider);
    expect([...asked, ...trusted.asked]).toEqual([]);
    expect(trusted.started()).toBe(0);
  });

  it('from a folder named in the settings needs no question', async () => {
    const { folders, asked } = window({ named: ['/home/me/.venv'] });
    expect((await folders.surroundings('auto')).environment).toEqual(linked);
    expect(asked).toEqual([]);
  });

  it('is not asked for where something else stands in the way; the reason ends with the command', async () => {
    const problem = { kind: 'missing-library', sentence: 'The library libcurand.so.10 is missing.' } as const;
    const command = { environment: '/home/me/.venv', line: 'pip install nvidia-curand' };
    const { folders, asked } = window({ survey: { ...whole, problem, command }, answer: 'allowed' });
    const { passedOver } = await folders.surroundings('auto');
    expect(passedOver[0]?.reason).toBe(
      'The library libcurand.so.10 is missing. This brings what is missing: pip install nvidia-curand',
    );
    expect(asked).toEqual([]);
  });

  it('is tried by a check only with files of allowed folders', async () => {
    const { folders, probedWith } = window({ answer: 'allowed' });
    expect(await folders.check()).toMatchObject({ isAllowed: false });
    await folders.question('/home/me/.venv');
    expect(await folders.check()).toMatchObject({ isAllowed: true });
    expect(probedWith).toEqual([{}, linked]);
  });
});
