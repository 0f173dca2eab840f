import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clickRow, pageFrame, pause, picture, pictureOfFailure, quickRow, runCommand } from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';
import { statusOf, waitFor } from './trainingRuns.js';

const paper = '2606.04405';
const first = 'p97-none-1-f0.4-add-wd0-seed0';

describe.runIf(canRun())('a paper reproduced from the palette', () => {
  let session: Session;
  let page: Page;
  let folder: string;
  const out = (...names: string[]): string => path.join(folder, 'papers', paper, ...names);
  const status = (name: string): string | undefined =>
    fs.existsSync(out('runs', name, 'run.json')) ? statusOf(out('runs', name)) : undefined;
  const runs = (): string[] => (fs.existsSync(out('runs')) ? fs.readdirSync(out('runs')) : []);

  beforeAll(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-paper-')));
    session = await startSession({ folder });
    page = session.window.page;
  });
  afterAll(async () => {
    await session.end();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  afterEach(({ task }) => pictureOfFailure(page, task));

  const row = (text: string) => quickRow(page, text);

  /** As the page has it: the file of a run whose process was ended still says that it runs. */
  const running = async (): Promise<number> =>
    (await pageFrame(page, 'Sweep')).locator('[data-status=running]').count();
  const terminate = async (): Promise<void> => {
    await runCommand(page, 'Tasks: Terminate Task');
    await clickRow(page, row(`reproduce ${paper}`));
    await expect.poll(running, { timeout: 60_000 }).toBe(0);
  };

  /** The folder that is offered; Enter before it is asked for goes to nobody. */
  const takeFolder = async (): Promise<void> => {
    await page.locator('.quick-input-widget', { hasText: 'Folder of the runs and tables' }).waitFor();
    await page.locator('.quick-input-widget input.input').press('Enter');
  };

  it('lists the papers with their runs, and trains the one that is chosen', async () => {
    await runCommand(page, 'Reproduce a Paper');
    for (const id of ['2602.18649', '2602.16746', '2604.06256', paper]) await row(id).waitFor();
    await picture(page, 'reproduce-papers');
    await clickRow(page, row(paper));
    await row('Runs: 36').waitFor();
    await clickRow(page, row('Quick'));
    await takeFolder();
    await pageFrame(page, 'Sweep', 120_000);
    await expect.poll(running, { timeout: 120_000 }).toBeGreaterThan(0);
    await pause(500);
    await picture(page, 'reproduce-running');
  });

  it('measures each run beside published and null as soon as it has finished', async () => {
    await waitFor(() => status(first) === 'finished' && fs.existsSync(out('tables.md')), 240_000);
    const tables = (): string[] => fs.readFileSync(out('tables.md'), 'utf8').split('\n');
    expect(tables()[0]).toBe(`# arXiv ${paper}: measured, published, null`);
    const line = (kind: string): string | undefined =>
      tables().find((one) => one.startsWith(`| ${first} | ${kind} |`));
    await expect.poll(() => line('measured')).toBeDefined();
    expect(line('null')).toBeDefined();
    const frame = await pageFrame(page, 'Sweep');
    await expect
      .poll(() => frame.locator('body').innerText(), { timeout: 90_000 })
      .toMatch(/[1-9]\d* of \d+ runs? (is|are) measured/);
  }, 420_000);

  it('stops with its task, and goes on in the same folder', async () => {
    await terminate();
    const finished = runs().filter((name) => status(name) === 'finished');
    expect(finished).toContain(first);
    await runCommand(page, 'Reproduce a Paper');
    await clickRow(page, row(paper));
    await clickRow(page, row('Quick'));
    await takeFolder();
    await expect.poll(running, { timeout: 90_000 }).toBeGreaterThan(0);
    expect(finished.every((name) => status(name) === 'finished')).toBe(true);
    await terminate();
  });
});
