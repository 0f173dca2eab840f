import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { childProcesses } from './childProcesses.js';
import {
  explorerRow,
  hoverOver,
  menuOf,
  pause,
  picture,
  pictureOfFailure,
  runCommand,
} from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';

/** Opens a file by its name, as Ctrl+P does. */
async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+p');
  const box = page.locator('.quick-input-widget input.input');
  await box.fill(name);
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: name.split('/').at(-1)! })
    .first()
    .click();
}

const wordInEditor = (page: Page, text: string) =>
  page.locator('.editor-instance .view-line span', { hasText: text }).last();

describe.runIf(canRun())('explorer, hovers and view', () => {
  let session: Session;
  let page: Page;
  beforeAll(async () => {
    session = await startSession();
    page = session.window.page;
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('offers the command on folders and files that can hold weights, and on no others', async () => {
    await explorerRow(page, 'identity.safetensors').waitFor();
    await explorerRow(page, 'runs').waitFor();
    await expect
      .poll(() => menuOf(page, explorerRow(page, 'sharded')), { timeout: 45_000 })
      .toContain('Inspect Weight Geometry');
    expect(await menuOf(page, explorerRow(page, 'identity.safetensors'))).toContain(
      'Inspect Weight Geometry',
    );
    expect(await menuOf(page, explorerRow(page, 'empty'))).not.toContain('Inspect Weight Geometry');
    expect(await menuOf(page, explorerRow(page, 'NOTES.md'))).not.toContain('Inspect Weight Geometry');
  });

  it('describes a weight file in the explorer: badge, shapes, parameters', async () => {
    const row = explorerRow(page, 'identity.safetensors');
    const tooltip = await hoverOver(page, row.locator('.label-name'), 'parameters');
    await picture(page, 'explorer-tooltip');
    expect(tooltip).toContain('320 parameters');
    expect(tooltip).toContain('16 × 16');
    const badge = await row
      .locator('.monaco-icon-label')
      .evaluate((label) => getComputedStyle(label, '::after').content);
    expect(badge).toContain('W');
    expect(childProcesses(session.host.folder).map(({ role }) => role)).toEqual(['reader']);
  });

  it('shows a hostile name as text', async () => {
    const tooltip = await hoverOver(
      page,
      explorerRow(page, 'hostile.safetensors').locator('.label-name'),
      'onerror',
    );
    expect(tooltip).toContain('<img src=x');
    expect(await page.title()).not.toContain('owned');
  });

  it.each([
    ['config.yaml', 'step_003800.pt', 'in_proj_weight'],
    ['src/load.py', 'step_003800.pt', 'in_proj_weight'],
    ['settings.json', 'identity.safetensors', 'eye.weight'],
    ['NOTES.md', 'identity.safetensors', 'eye.weight'],
  ])('shows ranks in a hover on a path in %s', async (file, word, tensor) => {
    await openFile(page, file);
    const hover = await hoverOver(page, wordInEditor(page, word), 'Stable rank');
    await picture(page, `hover-${file.replace(/\W/g, '-')}`);
    expect(hover).toContain(tensor);
    if (tensor === 'eye.weight') {
      // The identity has both ranks equal to its size; of 1, 1/2, 1/4, … the squares sum to 4/3 at most.
      expect(hover).toMatch(/eye\.weight\s+16 × 16\s+16\.00\s+16\.00/);
      expect(hover).toMatch(/halves\.weight\s+8 × 8\s+1\.33\s+\d/);
    }
  });

  it('shows the ranks of a tensor named in a shard index', async () => {
    await openFile(page, 'sharded/model.safetensors.index.json');
    const hover = await hoverOver(page, wordInEditor(page, 'model.embed.weight'), 'Stable rank');
    await picture(page, 'hover-shard-index');
    expect(hover).toContain('32 × 16');
    expect(hover).toContain('bfloat16');
  });

  it('lists series, steps and tensors in its view', async () => {
    await runCommand(page, 'Focus on Weight Geometry View');
    const pane = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Weight Geometry' }) });
    // A row that is scrolled past stays at the top in a copy.
    const row = (text: string) => pane.locator('.monaco-list-row', { hasText: text }).first();
    await row('20 checkpoints').waitFor();
    await row('20 checkpoints').click();
    await row('step_000400').click();
    const tensor = row('tok.weight');
    // Only rows in sight exist; the selection walks down to the tensor.
    for (let tries = 0; tries < 20 && !(await tensor.isVisible()); tries++) {
      await pause(500);
      await page.keyboard.press('ArrowDown');
    }
    // One more, so that all of the row is in sight.
    await page.keyboard.press('ArrowDown');
    await pause(500);
    const tooltip = await hoverOver(page, tensor.locator('.label-name'), /53 × 32[^]*Effective rank/);
    await picture(page, 'series-view');
    expect(tooltip).toMatch(/Effective rank \d+\.\d\d/);
    await pause(200);
  });

  it('starts no computing for any of this', () => {
    expect(childProcesses(session.host.folder).map(({ role }) => role)).toEqual(['reader']);
  });
});
