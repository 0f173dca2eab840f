import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../inspection/seriesFixture.js';
import { canMount, mountDisk } from '../disk/mountedDisk.js';

/** Of a user without privileges. */
const NOBODY = 65_534;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dist = path.join(root, 'node_modules', '.cache', 'weight-geometry', `hostile-${process.pid}`);
const cli = path.join(dist, 'cli.js');
let folder: string;
beforeAll(() =>
  build({
    entryPoints: {
      engine: path.join(root, 'extension/engine/main.ts'),
      cli: path.join(root, 'extension/cli/main.ts'),
    },
    outdir: dist,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['onnxruntime-node'],
    define: { PRODUCT_VERSION: '"0.0.0"' },
    logLevel: 'error',
  }),
);
afterAll(() => rmSync(dist, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-hostile-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => path.join(folder, ...names);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error: string;
}

/** Runs the command; `whenSaid` is told what it has said so far. */
const command = (
  args: readonly string[],
  {
    uid,
    whenSaid,
  }: { uid?: number; whenSaid?: (error: string, kill: (name: NodeJS.Signals) => void) => void } = {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let error = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
      whenSaid?.(error, (name) => child.kill(name));
    });
    child.on('close', (code, signal) => resolve({ code, signal, error }));
  });

const train = (out: string, ...more: string[]): readonly string[] => {
  const settings = ['--set', 'evaluateEvery=20', '--set', 'checkpointEvery=20', '--provider', 'cpu'];
  return ['train', 'tiny', '--out', out, '--max-steps', '40', ...settings, ...more];
};
const resume = (out: string): readonly string[] => [
  'train',
  '--resume',
  '--out',
  out,
  '--max-steps',
  '60',
  '--provider',
  'cpu',
];

const makeSeries = (place: string): void => {
  mkdirSync(place, { recursive: true });
  for (const step of [0, 1, 2]) {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 10].map((value) => value * (step + 1));
    writeSafetensors(path.join(place, `step_${step}.safetensors`), { w: { shape: [3, 3], values } });
  }
};

const pipe = (file: string): void => void execFileSync('mkfifo', [file]);
const endless = (file: string): void => symlinkSync('/dev/zero', file);
const sideFiles = ['weight-geometry.json', 'run.json', 'run-info.json', 'config.json', 'metrics.jsonl'];

describe.runIf(process.platform === 'linux')('an untrusted folder', () => {
  it.each([
    ['named pipes', pipe],
    ['links to an endless device', endless],
  ])('is inspected although %s are in the places of its side files', async (_what, plant) => {
    const series = at('above', 'series');
    makeSeries(series);
    for (const name of sideFiles) for (const place of [series, at('above')]) plant(path.join(place, name));
    const { code, error } = await command(['inspect', series, '--json', at('report.json')]);
    expect(error).toContain('not a regular file');
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).toMatchObject({
      warnings: expect.anything() as object,
    });
  });

  it('with a run is trained in, without a write outside it, whatever its names point to', async () => {
    expect((await command(train(at('run')))).code).toBe(0);
    writeFileSync(at('mine'), 'mine');
    mkdirSync(at('outside'));
    const inRun = (...names: string[]): string => at('run', ...names);
    for (const name of ['run.json.partial', 'metrics.jsonl.partial', 'checkpoints/step_000060.safetensors'])
      symlinkSync(at('mine'), inRun(name));
    symlinkSync(at('mine'), inRun('checkpoints', 'step_000060.safetensors.partial'));
    symlinkSync(at('mine'), inRun('state', 'trainer.pid'));
    symlinkSync(at('made'), inRun('state', 'step_000060.wgstate'));
    pipe(inRun('state', 'trainer.pid.takeover'));
    expect((await command(resume(at('run')))).error).toContain('Finished at step 60');
    expect(readFileSync(at('mine'), 'utf8')).toBe('mine');
    expect(existsSync(at('made'))).toBe(false);
    // A folder of the run that leads out of it is refused.
    rmSync(inRun('checkpoints'), { recursive: true });
    symlinkSync(at('outside'), inRun('checkpoints'));
    const refused = await command(['train', '--resume', '--out', at('run'), '--max-steps', '80']);
    expect(refused).toMatchObject({ code: 1, error: expect.stringContaining('leads out of') as string });
    expect(readdirSync(at('outside'))).toEqual([]);
  });

  it.each([
    ['run.json', pipe],
    ['run.json', endless],
    ['metrics.jsonl', pipe],
    ['metrics.jsonl', endless],
  ])('whose %s is invalid is not resumed, and the error says why', async (name, plant) => {
    expect((await command(train(at('run')))).code).toBe(0);
    rmSync(at('run', name));
    plant(at('run', name));
    const { code, error } = await command(resume(at('run')));
    expect(error).toContain(`${at('run', name)}: this is not a regular file`);
    expect(code).toBe(1);
  });

  it.runIf(process.getuid?.() === 0)('without permission to read or write is reported', async () => {
    makeSeries(at('series'));
    chmodSync(at('series', 'step_1.safetensors'), 0);
    mkdirSync(at('sealed'), { mode: 0o555 });
    const { error } = await command(['inspect', at('series')], { uid: NOBODY });
    expect(error).toContain('reading it is not permitted');
    const unwritten = await command(train(at('sealed', 'run')), { uid: NOBODY });
    expect(unwritten).toMatchObject({
      code: 1,
      error: expect.stringContaining('Writing is not permitted') as string,
    });
    mkdirSync(at('own'));
    chownSync(at('own'), NOBODY, NOBODY);
    expect((await command(train(at('own', 'run')), { uid: NOBODY })).code).toBe(0);
  });

  it.runIf(canMount)('on a read-only disk is inspected, and not trained in', async () => {
    const disk = mountDisk(2 ** 22);
    try {
      makeSeries(path.join(disk.folder, 'series'));
      disk.makeReadOnly();
      expect((await command(['inspect', path.join(disk.folder, 'series')])).code).toBe(0);
      for (const args of [
        train(path.join(disk.folder, 'run')),
        ['inspect', path.join(disk.folder, 'series'), '--json', path.join(disk.folder, 'report.json')],
      ]) {
        const refused = await command(args);
        expect(refused).toMatchObject({ code: 1, error: expect.stringContaining('read-only') as string });
      }
    } finally {
      disk.unmount();
    }
  });
});

describe.runIf(process.platform === 'linux')('a command that receives a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s writes its checkpoint and ends with its status', async (name, status) => {
    let told = false;
    const args = ['train', 'tiny', '--out', at('run'), '--max-steps', '1000000', '--provider', 'cpu'];
    const ended = await command(args, {
      whenSaid: (error, kill) => {
        if (told || !error.includes('step 100')) return;
        told = true;
        kill(name);
      },
    });
    expect(ended).toMatchObject({ code: status, signal: null });
    expect(ended.error).toMatch(/Stopped at step \d+/);
    expect(JSON.parse(readFileSync(at('run', 'run.json'), 'utf8'))).toMatchObject({ status: 'stopped' });
  });

  it('ends although one of its threads is blocked on a pipe without a reader', async () => {
    makeSeries(at('series'));
    pipe(at('report.json'));
    let told = false;
    const { code, signal } = await command(['inspect', at('series'), '--json', at('report.json')], {
      whenSaid: (error, kill) => {
        if (told || !error.includes('%')) return;
        told = true;
        setTimeout(() => kill('SIGTERM'), 3000);
      },
    });
    expect(code === 143 || signal === 'SIGTERM').toBe(true);
  });
});
