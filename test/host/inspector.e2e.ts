import fs from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  chooseFromMenu,
  explorerRow,
  markedRow,
  pageFrame,
  pause,
  picture,
  pictureOfFailure,
  useTheme,
} from './hostWindow.js';
import { safetensorsFile } from './safetensorsFile.js';
import { hostileName } from './sampleWorkspace.js';
import { canRun, startSession, type Session } from './session.js';

/** The cells of a row in a table of the Overview: of a series that of its matrices, of one file that of its tensors. */
const rowOf = (frame: Frame, matrix: string, table = 'matrices-title'): Promise<string[]> =>
  frame
    .locator(`[aria-labelledby=${table}] tbody tr`, { has: frame.locator('th', { hasText: matrix }) })
    .first()
    .locator('th, td')
    .allInnerTexts();

const finished = (frame: Frame): Promise<void> =>
  frame.locator('.run progress').waitFor({ state: 'detached', timeout: 120_000 });

describe.runIf(canRun())('the inspector', () => {
  let session: Session;
  let page: Page;
  beforeAll(async () => {
    session = await startSession({ settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('opens from the context menu of a folder and shows the values that LAPACK gives', async () => {
    await markedRow(page, 'identity.safetensors');
    if (!(await explorerRow(page, 'grok').isVisible())) await explorerRow(page, 'runs').click();
    await chooseFromMenu(page, explorerRow(page, 'grok'), 'Inspect Weight Geometry');
    const frame = await pageFrame(page, 'Matrices at step 3,800');
    await finished(frame);
    // numpy.linalg.svd of the same file: stable rank 6.922, effective rank 20.971; 8.434, 24.221.
    expect((await rowOf(frame, 'tok')).join(' ')).toMatch(/53 × 32.*6\.9.*21\.0/s);
    expect((await rowOf(frame, 'head')).join(' ')).toMatch(/53 × 32.*8\.4.*24\.2/s);
    await expect.poll(() => frame.locator('.js-plotly-plot .main-svg').count()).toBeGreaterThan(3);
    await pause(500);
    await picture(page, 'overview-light');
  });

  it('draws every page in light, dark and high contrast', async () => {
    for (const [theme, kind, name] of [
      ['Light Modern', 'vscode-light', 'light'],
      ['Dark Modern', 'vscode-dark', 'dark'],
      ['Dark High Contrast', 'vscode-high-contrast', 'high-contrast'],
      ['Light High Contrast', 'vscode-high-contrast-light', 'high-contrast-light'],
    ] as const) {
      await useTheme(page, theme);
      const frame = await pageFrame(page, 'Rank spectra');
      await expect.poll(() => frame.evaluate(() => [...document.body.classList])).toContain(kind);
      for (const tab of ['Overview', 'Rank spectra', 'Trajectory', 'Reconstruction']) {
        await frame.getByRole('tab', { name: tab }).click();
        await frame.locator('.js-plotly-plot .main-svg').first().waitFor();
        // Plots in space come from a file of their own, which the page's content policy must let in.
        if (tab === 'Trajectory') await frame.locator('.gl-container canvas').first().waitFor();
        await pause(800);
        await picture(page, `${tab.toLowerCase().replace(' ', '-')}-${name}`);
      }
    }
    await useTheme(page, 'Light Modern');
  });

  it('keeps its page when it is hidden and shown again', async () => {
    const frame = await pageFrame(page, 'Rank spectra');
    await frame.getByRole('tab', { name: 'Trajectory' }).click();
    await explorerRow(page, 'NOTES.md').dblclick();
    await page.locator('.editor-instance .view-line').first().waitFor();
    await page.locator('.tab', { hasText: 'grok' }).click();
    const again = await pageFrame(page, 'Rank spectra');
    await expect
      .poll(() => again.getByRole('tab', { name: 'Trajectory' }).getAttribute('aria-selected'))
      .toBe('true');
  });

  it('opens a weight file in its read-only editor', async () => {
    await explorerRow(page, 'identity.safetensors').dblclick();
    const frame = await pageFrame(page, 'eye.weight');
    await finished(frame);
    expect((await rowOf(frame, 'eye.weight', 'tensors-title')).join(' ')).toMatch(
      /16 × 16.* 16\.0 \(.* 16\.0 \(/s,
    );
    expect((await rowOf(frame, 'halves.weight', 'tensors-title')).join(' ')).toMatch(/8 × 8.*1\.3/s);
    await picture(page, 'weight-editor');
  });

  it('follows a file that is replaced while it is shown', async () => {
    const file = path.join(session.folder, 'identity.safetensors');
    fs.writeFileSync(
      file,
      safetensorsFile({ 'eye.weight': { shape: [4, 4], values: (i) => (i === 0 ? 1 : 0) } }),
    );
    const frame = await pageFrame(page, '4 × 4');
    await expect
      .poll(async () => (await rowOf(frame, 'eye.weight', 'tensors-title')).join(' '))
      .toMatch(/4 × 4.* 1\.00 \(.* 1\.00 \(/s);
    await expect.poll(() => frame.locator('body').innerText()).not.toContain('halves.weight');
  });

  it('shows a hostile tensor name as text', async () => {
    await explorerRow(page, 'hostile.safetensors').dblclick();
    const frame = await pageFrame(page, hostileName);
    expect(await frame.locator('img').count()).toBe(0);
    expect(await frame.title()).not.toBe('owned');
    await picture(page, 'hostile-name');
  });

  it('follows a folder that grows', async () => {
    const series = path.join(session.folder, 'runs/grok');
    const added = path.join(series, 'step_004000.pt');
    fs.rmSync(added, { force: true });
    await page.locator('.tab', { hasText: 'grok' }).click();
    await pageFrame(page, '20 checkpoints');
    fs.copyFileSync(path.join(series, 'step_000200.pt'), added);
    const frame = await pageFrame(page, '21 checkpoints');
    await frame.getByRole('tab', { name: 'Overview' }).click();
    await expect.poll(() => frame.locator('body').textContent()).toContain('same weights as step_000200');
  });

  it('says so when the folder is deleted, and keeps what it shows', async () => {
    fs.rmSync(path.join(session.folder, 'runs/grok'), { recursive: true, force: true });
    const frame = await pageFrame(page, 'not there any more');
    expect(await frame.locator('body').innerText()).toContain('21 checkpoints');
    await picture(page, 'folder-deleted');
  });

  it('obeys its content security policy', () => {
    expect(session.window.errors).toEqual([]);
  });
});
