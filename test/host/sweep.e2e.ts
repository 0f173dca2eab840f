import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  chooseFromMenu,
  explorerRow,
  notification,
  pageFrame,
  pause,
  picture,
  pictureOfFailure,
  useTheme,
} from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';
import { statusOf, waitFor } from './trainingRuns.js';

const model = {
  ...{ kind: 'encoder', prime: 11, d: 16, layers: 1, heads: 2, dFf: 32, readout: 'first' },
  ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
};
const grid = {
  name: 'two by two',
  base: {
    name: 'base',
    model,
    data: {
      tasks: ['add'],
      split: { method: 'python-random-shuffle', seed: 0, trainFraction: 0.8, firstToken: 0 },
    },
    ...{ batch: 'full', learningRate: 0.01, weightDecay: 0.1 },
    ...{ maxSteps: 200, evaluateEvery: 20, checkpointEvery: 20 },
  },
  scales: [
    { name: 'narrow', model },
    { name: 'wide', model: { ...model, d: 32 } },
  ],
  decays: [0.1, 1],
  seeds: [1],
  tasks: [['add', 'mul']],
};
const cells = ['narrow-add+mul-wd1-seed1', 'narrow-add+mul-wd0.1-seed1'] as const;
const unfinished = ['wide-add+mul-wd1-seed1', 'wide-add+mul-wd0.1-seed1'] as const;

/** A workspace with a sweep of which two runs have finished and two have not begun. */
function sweepWorkspace(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-sweep-')));
  const file = path.join(folder, 'small.wggrid.json');
  fs.writeFileSync(file, JSON.stringify(grid));
  const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
  const sweep = path.join(folder, 'sweep');
  execFileSync(process.execPath, [cli, 'sweep', file, '--out', sweep, '--provider', 'cpu'], {
    stdio: 'pipe',
  });
  for (const name of unfinished) fs.rmSync(path.join(sweep, 'runs', name), { recursive: true });
  return folder;
}

const panelTitle = 'Accuracy against rank, scale by weight decay';
/** The table of runs: name and status. */
const statuses = async (frame: Frame): Promise<Record<string, string | null>> => {
  const rows = await frame.locator('[aria-labelledby=sweep-runs-title] tbody tr').all();
  const read = rows.map(async (row) => [
    await row.locator('th').innerText(),
    await row.locator('[data-status]').getAttribute('data-status'),
  ]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, string | null>;
};
const traces = (frame: Frame): Promise<number> =>
  frame.locator('.plot-panels .scatterlayer .trace .lines path').count();

describe.runIf(canRun())('a sweep in the window', () => {
  let session: Session;
  let page: Page;
  let folder: string;
  const run = (name: string): string => path.join(folder, 'sweep/runs', name);
  beforeAll(async () => {
    folder = sweepWorkspace();
    session = await startSession({ folder, settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
  });
  afterAll(async () => {
    await session.end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('opens from the context menu of its folder: where each run stands, the finished ones measured', async () => {
    await chooseFromMenu(page, explorerRow(page, 'sweep'), 'Inspect Weight Geometry');
    const frame = await pageFrame(page, panelTitle);
    await expect
      .poll(() => frame.locator('body').innerText(), { timeout: 90_000 })
      .toContain('2 of 4 runs are measured');
    await expect
      .poll(() => statuses(frame))
      .toEqual({
        [cells[0]]: 'finished',
        [cells[1]]: 'finished',
        [unfinished[0]]: 'queued',
        [unfinished[1]]: 'queued',
      });
    // Trajectory PCA, two methods of the change and of the weights, the random walk, and decay with a walk, in each of two panels.
    await expect.poll(() => traces(frame)).toBe(14);
    expect(await frame.locator('.plot-panels').textContent()).toContain('not measured (not begun)');
    expect(await frame.locator('[role=tab]').allInnerTexts()).toEqual(['Sweep']);
    await pause(400);
    await picture(page, 'sweep-light');
  });

  it('is drawn in dark', async () => {
    await useTheme(page, 'Dark Modern');
    const frame = await pageFrame(page, panelTitle);
    await expect.poll(() => frame.evaluate(() => [...document.body.classList])).toContain('vscode-dark');
    await frame.locator('.plot-panels').scrollIntoViewIfNeeded();
    await pause(800);
    await picture(page, 'sweep-dark');
    await frame.locator('.compared').first().scrollIntoViewIfNeeded();
    await pause(400);
    await picture(page, 'sweep-dark-tables');
  });

  it('goes on from its file: the runs that are left are trained, and measured when they finish', async () => {
    if (!(await explorerRow(page, 'sweep.json').isVisible())) await explorerRow(page, 'sweep').click();
    await chooseFromMenu(page, explorerRow(page, 'sweep.json'), 'Run Sweep');
    await waitFor(() => unfinished.every((name) => statusOf(run(name)) === 'finished'), 120_000);
    // It fades after some seconds, while the runs are measured.
    await notification(page, '” finished').waitFor();
    const frame = await pageFrame(page, panelTitle);
    await expect
      .poll(() => frame.locator('body').innerText(), { timeout: 90_000 })
      .toContain('4 of 4 runs are measured');
    await expect
      .poll(async () => new Set(Object.values(await statuses(frame))))
      .toEqual(new Set(['finished']));
    await expect.poll(() => traces(frame)).toBe(28);
    await picture(page, 'sweep-finished-dark');
  });

  it('follows what becomes of its runs outside the window', async () => {
    fs.rmSync(run(unfinished[0]), { recursive: true });
    const frame = await pageFrame(page, '3 of 4 runs are measured', 60_000);
    await expect.poll(async () => (await statuses(frame))[unfinished[0]]).toBe('queued');
  });

  it('opens one of its runs in an inspector of its own', async () => {
    const frame = await pageFrame(page, panelTitle);
    await frame.getByRole('button', { name: `Inspect ${cells[0]}` }).click();
    const opened = await pageFrame(page, '11 checkpoints');
    expect(await opened.locator('h1').innerText()).toContain(cells[0]);
  });

  it('holds its trajectory against the controls when it is asked to', async () => {
    const frame = await pageFrame(page, '11 checkpoints');
    await frame.locator('[role=tab]', { hasText: 'Reconstruction' }).click();
    await frame.locator('vscode-button', { hasText: 'Compute controls' }).click({ timeout: 90_000 });
    await expect
      .poll(() => frame.locator('body').innerText(), { timeout: 90_000 })
      .toMatch(/span of 10 random directions holds a share of .+ of the squared change/);
    await expect
      .poll(() => frame.locator('.legend').first().innerText())
      .toContain('random walk to the same end');
    await pause(400);
    await picture(page, 'controls-dark');
    await frame.locator('#controls-title').scrollIntoViewIfNeeded();
    await pause(400);
    await picture(page, 'controls-says-dark');
  });

  it('obeys its content security policy', () => {
    expect(session.window.errors).toEqual([]);
  });
});
