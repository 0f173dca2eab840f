import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRun } from './session.js';

const root = path.resolve(import.meta.dirname, '../..');
const sample = path.join(root, 'media/sample-series');
const pictures = path.resolve(process.env.SHOTS ?? path.join(root, 'dist/screenshots'));

/** Pages that a window of the sample lacks: training, runs, compare, sweep, dynamics and modes, 96 layers. */
describe.runIf(canRun())('every page in every theme', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-pages-'));
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const command = (...args: string[]): void => {
    execFileSync(process.execPath, [path.join(root, 'dist/cli.js'), ...args], { stdio: 'ignore' });
  };
  const reports: string[] = [];
  const report = (name: string, ...args: string[]): void => {
    command('inspect', ...args, '--html', at(`${name}.html`));
    reports.push(at(`${name}.html`));
  };

  beforeAll(() => {
    const short = ['--set', 'maxSteps=200', '--set', 'stop=null', '--provider', 'cpu'];
    for (const seed of ['1', '2'])
      command('train', 'tiny', '--out', at('runs', `seed${seed}`), '--set', `initSeed=${seed}`, ...short);
    const { config } = JSON.parse(fs.readFileSync(at('runs', 'seed1', 'run.json'), 'utf8')) as {
      config: { model: object };
    };
    const grid = {
      ...{ name: 'grid', base: { ...config, maxSteps: 60 }, scales: [{ name: 'one', model: config.model }] },
      ...{ decays: [0, 1], seeds: [1], tasks: [['add']] },
    };
    fs.writeFileSync(at('grid.json'), JSON.stringify(grid));
    command('sweep', at('grid.json'), '--out', at('sweep'));
    report('series', sample, '--analyses', 'edge,path,modes');
    report('runs', at('runs', 'seed1'), '--analyses', 'runs');
    report('pair', path.join(sample, 'step_003800.pt'), '--base', path.join(sample, 'step_000000.pt'));
    execFileSync(process.execPath, [path.join(root, 'test/made/model.mjs'), at('layers96'), '96', '64']);
    report('layers96', at('layers96'));
    report('sweep', at('sweep'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('passes axe-core and fits its window', () => {
    const looks = 'light,dark,contrast,contrast-light,400px,200percent,forced';
    const script = path.join(root, 'scripts/pictures.mjs');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [script, '--looks', looks, path.join(pictures, 'pages'), ...reports],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^0 faults/)]);
    const shown = fs.readdirSync(path.join(pictures, 'pages')).join(' ');
    for (const page of ['series-modes', 'series-dynamics', 'runs-runs', 'runs-training', 'pair-compare'])
      expect(shown).toContain(`${page}-contrast.png`);
    expect(shown).toContain('sweep-sweep-contrast.png');
  }, 900_000);
});
