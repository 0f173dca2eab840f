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
  runCommand,
  useTheme,
} from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';
import { onDisk, sixGrid } from './sixRuns.js';
import { startSlurm, whyNoSlurm, type SlurmNode } from './slurmNode.js';
import { statusOf, waitFor } from './trainingRuns.js';

/** A run that ends soon, and three that outlast this story. */
const grid = {
  ...sixGrid(10_000_000),
  decays: [1],
  seeds: [1, 2, 3],
  variants: [
    { name: 'short', set: ['maxSteps=400'] },
    { name: 'long', set: ['maxSteps=10000000'] },
  ],
};

const reason = whyNoSlurm();
if (reason !== undefined) console.warn(`A sweep on Slurm in the window is skipped: ${reason}.`);

describe.runIf(reason === undefined && canRun())('a sweep on Slurm in the window', { retry: 0 }, () => {
  let node: SlurmNode;
  let session: Session;
  let page: Page;
  let folder: string;
  const sweep = (): string => path.join(folder, 'six');
  const runs = (): string[] => fs.readdirSync(path.join(sweep(), 'runs'));
  const box = () => page.locator('.quick-input-widget input.input');
  beforeAll(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-panel-')));
    fs.writeFileSync(path.join(folder, 'six.wggrid.json'), JSON.stringify(grid));
    node = await startSlurm();
    process.env.SLURM_CONF = node.env.SLURM_CONF;
    session = await startSession({ folder, settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
  });
  afterAll(async () => {
    Reflect.deleteProperty(process.env, 'SLURM_CONF');
    await session.end();
    // A test that failed half-way leaves elements at work.
    if (fs.existsSync(path.join(sweep(), 'runs'))) {
      for (const name of runs()) {
        const { pid } = onDisk(sweep(), name);
        if (pid !== undefined && fs.existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
      }
    }
    await node.end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(({ task }) => pictureOfFailure(page, task));

  /** Run → where it stands, and its line. */
  const places = async (frame: Frame): Promise<Record<string, { place: string; says: string }>> => {
    const rows = await frame.locator('[aria-labelledby=sweep-runs-title] tbody tr').all();
    const read = rows.map(async (row) => {
      const name = await row.locator('th').innerText();
      const place = row.locator('[data-place]');
      // The status of a finished or stopped one says all.
      if ((await place.count()) === 0) {
        const status = await row.locator('[data-status]').getAttribute('data-status');
        return [name, { place: status ?? '', says: '' }] as const;
      }
      const state = await place.getAttribute('data-place');
      return [name, { place: state ?? '', says: await place.innerText() }] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  };
  const atWork = async (frame: Frame): Promise<string[]> =>
    Object.entries(await places(frame)).flatMap(([name, { place }]) => (place === 'running' ? [name] : []));
  const panel = (): Promise<Frame> => pageFrame(page, 'Stop all runs', 120_000);

  it('is submitted from its grid file, and followed: on which node, why one waits, how one ended', async () => {
    await chooseFromMenu(page, explorerRow(page, 'six.wggrid.json'), 'Submit Sweep to Slurm');
    await page.locator('.quick-input-title', { hasText: 'Sweep' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-title', { hasText: 'Submit Sweep to Slurm' }).waitFor();
    await box().fill('cpusPerRun=1 maxAtOnce=2');
    await page.keyboard.press('Enter');
    await notification(page, '6 runs submitted to Slurm').waitFor({ timeout: 60_000 });
    const frame = await panel();
    await expect
      .poll(async () => Object.values(await places(frame)).map(({ place }) => place), { timeout: 120_000 })
      .toEqual(['finished', 'finished', 'finished', 'running', 'running', 'waiting']);
    // Each has begun, and opens.
    await expect
      .poll(() => frame.getByRole('button', { name: /^Inspect .*-long-.*seed[12]$/ }).count())
      .toBe(2);
    const says = async (): Promise<string[]> => Object.values(await places(frame)).map((each) => each.says);
    await expect.poll(async () => (await says())[3]).toMatch(/^on /);
    await expect.poll(async () => (await says())[5]).toMatch(/waiting: JobArrayTaskLimit|waiting: Resources/);
    await frame.locator('#sweep-runs-title').scrollIntoViewIfNeeded();
    await pause(400);
    await picture(page, 'slurm-light');
  });

  it('one of its runs is stopped from its row: it checkpoints, and the next one begins', async () => {
    const frame = await panel();
    const [first, second] = (await atWork(frame)) as [string, string];
    await frame.getByRole('button', { name: `Stop ${first}` }).click();
    await waitFor(() => statusOf(path.join(sweep(), 'runs', first)) === 'stopped', 60_000);
    expect(onDisk(sweep(), first).lastStep).toBeGreaterThan(0);
    await expect.poll(async () => (await places(frame))[first]?.place, { timeout: 90_000 }).toBe('stopped');
    await expect.poll(() => atWork(frame), { timeout: 90_000 }).toHaveLength(2);
    expect(await atWork(frame)).toContain(second);
  });

  it('is found again by a panel that is opened later', async () => {
    const before = await atWork(await panel());
    await runCommand(page, 'View: Close All Editors');
    await expect.poll(() => page.locator('.editor-group-container.empty').count()).toBe(1);
    await chooseFromMenu(page, explorerRow(page, 'six').first(), 'Inspect Weight Geometry');
    const frame = await panel();
    await expect.poll(() => atWork(frame), { timeout: 90_000 }).toEqual(before);
    await useTheme(page, 'Dark Modern');
    await frame.locator('#sweep-runs-title').scrollIntoViewIfNeeded();
    await pause(800);
    await picture(page, 'slurm-dark');
  });

  it('is stopped whole, and what is left is submitted again', async () => {
    const frame = await panel();
    await frame.getByRole('button', { name: 'Stop all runs' }).click();
    await expect
      .poll(async () => new Set(Object.values(await places(frame)).map(({ place }) => place)), {
        timeout: 120_000,
      })
      .toEqual(new Set(['finished', 'stopped']));
    await frame.getByRole('button', { name: 'Submit what is left again' }).click();
    await expect.poll(() => atWork(frame), { timeout: 120_000 }).toHaveLength(2);
    await frame.getByRole('button', { name: 'Stop all runs' }).click();
    await expect.poll(() => atWork(frame), { timeout: 120_000 }).toEqual([]);
  });

  it('obeys its content security policy', () => {
    expect(session.window.errors).toEqual([]);
  });
});
