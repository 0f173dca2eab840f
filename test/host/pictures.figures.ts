import fs from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  chooseFromMenu,
  explorerRow,
  hoverOver,
  markedRow,
  pageFrame,
  pause,
  pictureOfFailure,
  runCommand,
  useTheme,
} from './hostWindow.js';
import { startSession, type Session } from './session.js';
import { animatedPng, smallPng } from './smallPng.js';
import { startRun } from './trainingRuns.js';

/** Where README.md has its pictures. */
const folder = path.resolve(import.meta.dirname, '../../media/screenshots');

let session: Session;
let page: Page;
const frames: { readonly png: Buffer; readonly ms: number }[] = [];
const frame = async (ms: number): Promise<void> => {
  frames.push({ png: await page.screenshot({ scale: 'css' }), ms });
};

beforeEach(async () => {
  session = await startSession({ settings: { 'workbench.colorTheme': 'Default Dark Modern' } });
  page = session.window.page;
});
afterEach(async ({ task }) => {
  await pictureOfFailure(page, task);
  await session.end();
});

/** The folder of the sample series in the explorer, once the window knows checkpoints. */
const seriesRow = async (): Promise<Locator> => {
  await markedRow(page, 'identity.safetensors');
  if (!(await explorerRow(page, 'grok').isVisible())) await explorerRow(page, 'runs').click();
  return explorerRow(page, 'grok');
};

/** From a folder in the explorer to its pages, then a run with live curves. */
it('shows the product at work', async () => {
  await page.setViewportSize({ width: 1000, height: 640 });
  const series = await seriesRow();
  await series.click({ button: 'right' });
  await page.locator('.monaco-menu .action-item', { hasText: 'Inspect Weight Geometry' }).first().hover();
  await pause(800);
  await frame(1500);
  await page.keyboard.press('Escape');
  await chooseFromMenu(page, series, 'Inspect Weight Geometry');
  const panel = await pageFrame(page, 'Matrices at step 3,800');
  await panel.locator('.run progress').waitFor({ state: 'detached', timeout: 120_000 });
  for (const title of ['Overview', 'Rank spectra', 'Trajectory', 'Reconstruction']) {
    await panel.getByRole('tab', { name: title }).click();
    await pause(1500);
    await frame(1800);
  }
  await runCommand(page, 'Weight Geometry: Train…');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'tiny' }).first().waitFor();
  await pause(800);
  await frame(1500);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'tiny' }).first().click();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Continue' }).first().waitFor();
  await pause(500);
  await frame(1800);
  await page.keyboard.press('Escape');
  await startRun(page, { what: 'tiny', changes: 'maxSteps=6000 stop=null', provider: 'CPU' });
  const run = await pageFrame(page, 'Training at step', 60_000);
  for (let i = 0; i < 5; i++) {
    await pause(4000);
    await frame(900);
  }
  expect(await run.locator('body').innerText()).toContain('Training at step');
  fs.writeFileSync(path.join(folder, 'tour.png'), animatedPng(frames));
}, 400_000);

/** Pages in two themes, and a hover on a path in Python. */
it('draws the still pictures', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const still = async (name: string): Promise<void> => {
    await pause(1500);
    fs.writeFileSync(path.join(folder, `${name}.png`), smallPng(await page.screenshot({ scale: 'css' })));
  };
  await chooseFromMenu(page, await seriesRow(), 'Inspect Weight Geometry');
  const panel = await pageFrame(page, 'Matrices at step 3,800');
  await panel.locator('.run progress').waitFor({ state: 'detached', timeout: 120_000 });
  const open = (title: string): Promise<void> => panel.getByRole('tab', { name: title }).click();
  await open('Overview');
  await still('overview-dark');
  await useTheme(page, 'Light Modern');
  await still('overview-light');
  for (const title of ['Trajectory', 'Reconstruction']) {
    await open(title);
    await still(`${title.toLowerCase()}-light`);
  }
  await runCommand(page, 'View: Close All Editors');
  if (!(await explorerRow(page, 'load.py').isVisible())) await explorerRow(page, 'src').click();
  await explorerRow(page, 'load.py').dblclick();
  const word = page.locator('.editor-instance .view-line span', { hasText: 'step_003800.pt' }).last();
  await hoverOver(page, word, 'Stable rank');
  await still('hover');
}, 400_000);
