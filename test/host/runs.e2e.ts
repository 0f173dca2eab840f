import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  closeTab,
  clickRow,
  notification,
  openFile,
  pageFrame,
  pause,
  picture,
  pictureOfFailure,
  pressUntil,
  quickRow,
  runCommand,
} from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';
import { checkpointsOf, startRun, statusOf, waitFor } from './trainingRuns.js';

describe.runIf(canRun())('run files, and runs that come and go', () => {
  let session: Session;
  let page: Page;
  const run = (...parts: string[]): string => path.join(session.folder, 'runs', ...parts);
  /** A folder that no earlier try of the same test has used. */
  const fresh = (name: string): string => `runs/${name}-${Date.now()}`;
  const runRow = (text: RegExp) => page.locator('.monaco-list-row', { hasText: text });
  beforeAll(async () => {
    session = await startSession({ settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('completes a run file and marks what it does not know', async () => {
    fs.writeFileSync(path.join(session.folder, 'own.wgrun.json'), '{\n  "name": "own"\n}\n');
    await openFile(page, 'own.wgrun.json');
    await page.locator('.editor-instance .view-line', { hasText: 'own' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(',');
    await page.keyboard.press('Enter');
    await page.keyboard.type('"weight');
    const proposed = page.locator('.suggest-widget .monaco-list-row', { hasText: 'weightDecay' });
    await pressUntil(page, 'Control+Space', proposed);
    await picture(page, 'run-file-completion');
    await page.keyboard.press('Escape');
    await page.keyboard.type('Decoy": 1');
    await page
      .locator('.editor-instance .squiggly-warning, .editor-instance .squiggly-error')
      .first()
      .waitFor();
    await picture(page, 'run-file-problems');
    await runCommand(page, 'View: Revert and Close Editor');
  });

  it('tells when a run groks', async () => {
    await startRun(page, { what: 'tiny', changes: '', provider: 'CPU' });
    await pageFrame(page, 'Training at step', 60_000);
    const toast = notification(page, 'groks at step');
    await toast.waitFor({ timeout: 120_000 });
    // It fades after some seconds, unless the mouse is on it.
    await toast.hover();
    await picture(page, 'training-grokked');
    await waitFor(() => statusOf(run('tiny')) === 'finished', 60_000);
    const { grokStep } = JSON.parse(fs.readFileSync(run('tiny', 'run.json'), 'utf8')) as { grokStep: number };
    expect(await toast.innerText()).toContain(grokStep.toLocaleString('en'));
    await toast.locator('.monaco-button', { hasText: 'Show Training' }).click();
    const frame = await pageFrame(page, 'Finished at step');
    expect(await frame.locator('body').innerText()).toContain('grok');
  });

  it('trains a run file as a task in the terminal, which stops it', async () => {
    const { config } = JSON.parse(fs.readFileSync(run('tiny', 'run.json'), 'utf8')) as { config: object };
    const folder = fresh('task');
    const task = path.join(session.folder, folder);
    const long = { ...config, name: path.basename(folder), maxSteps: 100_000, stop: undefined };
    fs.writeFileSync(path.join(session.folder, 'long.wgrun.json'), JSON.stringify(long));
    // VS Code's search of files may know nothing yet of one that was just written.
    for (let tries = 0; tries < 5; tries++) {
      await runCommand(page, 'Tasks: Run Task');
      try {
        await clickRow(page, quickRow(page, 'weight-geometry'));
        await clickRow(page, quickRow(page, 'train long.wgrun.json'), { timeout: 20_000 });
        break;
      } catch {
        await page.keyboard.press('Escape');
      }
    }
    await waitFor(() => statusOf(task) === 'running', 60_000);
    await page.keyboard.press('Escape');
    await page.locator('.terminal-wrapper.active').waitFor();
    await waitFor(() => checkpointsOf(task).length > 2, 60_000);
    await picture(page, 'training-task');
    await runCommand(page, 'Tasks: Terminate Task');
    const isStopped = (): boolean => statusOf(task) === 'stopped';
    // The list of tasks is asked for where VS Code does not end the only one by itself.
    const only = quickRow(page, 'train long.wgrun.json');
    await expect.poll(async () => isStopped() || (await only.isVisible())).toBe(true);
    if (await only.isVisible()) await clickRow(page, only);
    await waitFor(isStopped);
    await runCommand(page, 'View: Toggle Panel Visibility');
  });

  it('leaves the keys to the question that is open when a run begins', async () => {
    const folder = fresh('asked');
    await startRun(page, { what: 'tiny', changes: 'maxSteps=100000 stop=null', folder });
    await runCommand(page, 'Weight Geometry: Train…');
    const box = page.locator('.quick-input-widget input.input');
    await page.locator('.quick-input-title', { hasText: '(1/4)' }).waitFor();
    await pageFrame(page, 'Training at step', 60_000);
    // The panel takes the focus, if it does, once its page is drawn.
    await pause(1000);
    expect(await box.evaluate((input) => document.activeElement === input)).toBe(true);
    await page.keyboard.type('tiny');
    expect(await box.inputValue()).toBe('tiny');
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-title', { hasText: '(2/4)' }).waitFor();
    // Enter at once, before the list has followed the text.
    await box.fill('maxSteps=77');
    await page.keyboard.press('Enter');
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: /Continue.*changed:.*maxSteps=77/s })
      .waitFor();
    await page.keyboard.press('Escape');
    await runCommand(page, 'Weight Geometry: Stop Training');
    await waitFor(() => statusOf(path.join(session.folder, folder)) === 'stopped');
  });

  it('keeps what is typed between two questions out of the open file', async () => {
    fs.writeFileSync(path.join(session.folder, 'NOTES.md'), 'as it was\n');
    await openFile(page, 'NOTES.md');
    const lines = page.locator('.editor-instance .view-lines', { hasText: 'as it was' });
    await lines.click();
    await runCommand(page, 'Weight Geometry: Train…');
    await page.locator('.quick-input-title', { hasText: '(1/4)' }).waitFor();
    await page.keyboard.type('tiny');
    await page.evaluate(() => {
      document.addEventListener('focusin', ({ target }) => {
        if (target instanceof Element && target.closest('.editor-instance'))
          document.body.dataset.focused = 'editor';
      });
    });
    await page.keyboard.press('Enter');
    for (let i = 0; i < 10; i++) await page.keyboard.press('x');
    await page.locator('.quick-input-title', { hasText: '(2/4)' }).waitFor();
    expect(await page.evaluate(() => document.body.dataset.focused)).toBeUndefined();
    await page.keyboard.press('Escape');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    expect((await lines.innerText()).trim()).toMatch(/^as.it.was$/);
    await closeTab(page, 'NOTES.md');
  });

  it('keeps a run whose turn never came, for the next window to begin', async () => {
    const [long, later] = [fresh('long'), fresh('later')];
    const at = (folder: string): string => path.join(session.folder, folder);
    await startRun(page, { what: 'tiny', changes: 'maxSteps=100000 stop=null', folder: long });
    await waitFor(() => statusOf(at(long)) === 'running', 60_000);
    await startRun(page, {
      what: 'tiny',
      changes: 'maxSteps=60 evaluateEvery=20 checkpointEvery=20 stop=null',
      folder: later,
    });
    await runCommand(page, 'Focus on Training Runs View');
    await runRow(new RegExp(`${path.basename(later)}.*waiting for its turn`)).waitFor();

    await page.reload();
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await waitFor(() => statusOf(at(long)) === 'stopped');
    expect(fs.existsSync(at(later))).toBe(false);
    await runCommand(page, 'Focus on Training Runs View');
    await runRow(new RegExp(`${path.basename(later)}.*stopped`)).waitFor({ timeout: 60_000 });
    await picture(page, 'training-left-waiting');

    await runCommand(page, 'Weight Geometry: Resume Training');
    await clickRow(page, quickRow(page, path.basename(later)));
    await waitFor(() => statusOf(at(later)) === 'finished', 60_000);
    expect(checkpointsOf(at(later))).toEqual([0, 20, 40, 60]);
    await runRow(/long.*stopped/)
      .first()
      .waitFor();
  });
});
