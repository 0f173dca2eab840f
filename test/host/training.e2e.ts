import fs from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childProcesses } from './childProcesses.js';
import {
  chooseFromMenu,
  clickRow,
  notification,
  pageFrame,
  pause,
  picture,
  pictureOfFailure,
  quickRow,
  runCommand,
  useTheme,
} from './hostWindow.js';
import { pageLag } from './pageLag.js';
import { canRun, startSession, type Session } from './session.js';
import { checkpointsOf, startRun, statusOf, waitFor } from './trainingRuns.js';

const phase = (frame: Frame) => frame.locator('.run.training strong');
const button = (frame: Frame, name: string) =>
  frame.locator('.run.training vscode-button', { hasText: name });
const statusBar = (page: Page) => page.locator('.statusbar-item', { hasText: /tiny|small/ }).first();

describe.runIf(canRun())('training in the window', () => {
  let session: Session;
  let page: Page;
  const run = (...parts: string[]): string => path.join(session.folder, 'runs', ...parts);
  beforeAll(async () => {
    session = await startSession({ settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('says what is wrong with a change before anything starts', async () => {
    await runCommand(page, 'Weight Geometry: Train…');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'tiny' }).first().waitFor();
    await picture(page, 'train-presets');
    await clickRow(page, quickRow(page, 'tiny'));
    const box = page.locator('.quick-input-widget input.input');
    await page.locator('.quick-input-title', { hasText: '(2/4)' }).waitFor();
    await box.fill('learningrate=2');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'no key “learningrate”' }).waitFor();
    await picture(page, 'train-wrong-change');
    await page.keyboard.press('Escape');
    expect(fs.existsSync(run('tiny'))).toBe(false);
  });

  it('lists every setting with its value and range, and changes one', async () => {
    const row = (text: string) => quickRow(page, text);
    const box = page.locator('.quick-input-widget input.input');
    await runCommand(page, 'Weight Geometry: Train…');
    await clickRow(page, row('tiny'));
    await row('Continue').waitFor();
    await picture(page, 'train-settings');
    await box.fill('decay');
    await clickRow(page, row('Decoupled weight decay'));
    await page.locator('.quick-input-title', { hasText: 'weightDecay' }).waitFor();
    await box.fill('-1');
    await page.locator('.quick-input-message', { hasText: 'weightDecay' }).waitFor();
    await picture(page, 'train-setting-wrong');
    await box.fill('0.5');
    await page.keyboard.press('Enter');
    await row('0.5 (was 1)').waitFor();
    await picture(page, 'train-setting-changed');
    await page.keyboard.press('Escape');
    expect(fs.existsSync(run('tiny'))).toBe(false);
  });

  it('trains the tiny preset from the palette and draws its curves as it goes', async () => {
    await startRun(page, { what: 'tiny', changes: 'maxSteps=400000 stop=null', provider: 'Automatic' });
    const frame = await pageFrame(page, 'Training at step', 60_000);
    await expect.poll(() => statusBar(page).innerText()).toMatch(/tiny .*\/400,000/);
    await expect.poll(() => frame.locator('.js-plotly-plot .scatterlayer .trace').count()).toBeGreaterThan(4);
    await expect.poll(() => frame.locator('body').innerText()).toMatch(/training loss is/);
    await pause(400);
    await picture(page, 'training-light');
    expect(await frame.locator('body').innerText()).toContain('cuda was passed over');
  });

  it('follows the run on its page, also while other processes use the cores', async () => {
    const frame = await pageFrame(page, 'Training at step');
    for (const busy of [false, true]) {
      let lags: number[] = [];
      // A slow machine may write no line in four seconds.
      for (let tries = 0; tries < 5 && lags.length === 0; tries++)
        lags = await pageLag(frame, run('tiny'), { seconds: 4, busy });
      expect(lags.length).toBeGreaterThan(0);
      console.log(
        `The page shows a line of the metrics ${Math.max(...lags)} ms after it was written, at most of ${lags.length}${busy ? ', other processes on both cores' : ''}`,
      );
    }
  });

  it('pauses, stays where it is, and resumes', async () => {
    const frame = await pageFrame(page, 'Training at step');
    // The driver's own click takes long on a busy machine: the page tells how long its sentence took.
    const inPage = frame.evaluate(
      () =>
        new Promise<number>((told) => {
          const sentence = document.querySelector('.run.training strong')!;
          const listen = (): void => {
            const clicked = performance.now();
            const watch = new MutationObserver(() => {
              if (!/^Paus/.test(sentence.textContent)) return;
              watch.disconnect();
              told(performance.now() - clicked);
            });
            watch.observe(sentence, { characterData: true, childList: true, subtree: true });
          };
          document.addEventListener('click', listen, { capture: true, once: true });
        }),
    );
    const asked = performance.now();
    const since = (): string => `${((performance.now() - asked) / 1000).toFixed(2)} s`;
    await button(frame, 'Pause').click();
    const soon = { interval: 20 };
    await expect.poll(() => phase(frame).innerText(), soon).toMatch(/^Paus(ing|ed)/);
    const said = since();
    await expect.poll(() => phase(frame).innerText(), soon).toMatch(/^Paused at step/);
    const stands = since();
    console.log(
      `Pause: said ${(await inPage).toFixed(0)} ms after the click, seen after ${said}, the run stands after ${stands}`,
    );
    const where = await phase(frame).innerText();
    await waitFor(() => statusOf(run('tiny')) === 'paused');
    await pause(1500);
    expect(await phase(frame).innerText()).toBe(where);
    await useTheme(page, 'Dark Modern');
    await picture(page, 'training-dark');
    await button(frame, 'Resume').click();
    await expect.poll(() => phase(frame).innerText()).toMatch(/^Training at step/);
  });

  it('puts a second run behind the first', async () => {
    await startRun(page, {
      what: 'tiny',
      changes: 'maxSteps=60 evaluateEvery=20 checkpointEvery=20',
      folder: 'runs/small',
    });
    await runCommand(page, 'Focus on Training Runs View');
    const row = page.locator('.monaco-list-row', { hasText: 'waiting for its turn' });
    await row.waitFor();
    expect(fs.existsSync(run('small'))).toBe(false);
    await picture(page, 'training-queue');
  });

  it('stops with a checkpoint, and the next run begins', async () => {
    await runCommand(page, 'Weight Geometry: Stop Training');
    await waitFor(() => statusOf(run('tiny')) === 'stopped', 60_000);
    const steps = checkpointsOf(run('tiny'));
    const { lastStep } = JSON.parse(fs.readFileSync(run('tiny', 'run.json'), 'utf8')) as { lastStep: number };
    expect(steps.at(-1)).toBe(lastStep);
    await waitFor(() => statusOf(run('small')) === 'finished', 60_000);
    expect(checkpointsOf(run('small'))).toEqual([0, 20, 40, 60]);
    const toast = notification(page, 'finished at step 60 without grokking');
    await toast.waitFor();
    await toast.locator('.monaco-button', { hasText: 'Inspect' }).click();
  });

  it('inspects a run, its Training page beside the others', async () => {
    const frame = await pageFrame(page, '4 checkpoints', 60_000);
    await frame.locator('.top .run progress').waitFor({ state: 'detached', timeout: 60_000 });
    await frame.locator('[role=tab]', { hasText: 'Trajectory' }).click();
    await expect.poll(() => frame.locator('body').innerText()).toContain('random walk');
    await frame.locator('[role=tab]', { hasText: 'Training' }).click();
    await expect.poll(() => phase(frame).innerText()).toBe('Finished at step 60 of 60');
    await picture(page, 'training-finished-dark');
  });

  it('leaves no trainer behind', async () => {
    await waitFor(() => childProcesses(session.host.folder).every(({ role }) => role !== 'trainer'));
  });

  it('goes on with a stopped run from its last checkpoint', async () => {
    const before = checkpointsOf(run('tiny')).at(-1)!;
    await runCommand(page, 'Weight Geometry: Resume Training');
    await waitFor(() => statusOf(run('tiny')) === 'running');
    await waitFor(() => checkpointsOf(run('tiny')).at(-1)! > before, 60_000);
  });

  it('checkpoints and stops the run of a window that is reloaded, and the new window finds it', async () => {
    await page.reload();
    await waitFor(() => statusOf(run('tiny')) === 'stopped');
    await waitFor(() => childProcesses(session.host.folder).every(({ role }) => role !== 'trainer'));
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await runCommand(page, 'Focus on Training Runs View');
    await page.locator('.monaco-list-row', { hasText: /tiny.*stopped/ }).waitFor({ timeout: 60_000 });
  });

  it('keeps finished runs in the list when the window is reloaded, with the tags that were given', async () => {
    const row = page.locator('.monaco-list-row', { hasText: /finished/ }).first();
    await row.waitFor({ timeout: 60_000 });
    await chooseFromMenu(page, row, 'Tag Run');
    await page.locator('.quick-input-widget input.input').fill('baseline, small');
    await page.keyboard.press('Enter');
    await page.locator('.monaco-list-row', { hasText: '#baseline' }).waitFor();
    await page.reload();
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await runCommand(page, 'Focus on Training Runs View');
    await page.locator('.monaco-list-row', { hasText: /finished.*#baseline/ }).waitFor({ timeout: 60_000 });
    await picture(page, 'training-history-dark');
  });

  it('obeys its content security policy', () => {
    expect(session.window.errors).toEqual([]);
  });
});
