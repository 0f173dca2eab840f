import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.js';
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
import { canRun, startSession, type Session } from './session.js';

const themes = [
  ['Light Modern', 'vscode-light', 'light'],
  ['Dark Modern', 'vscode-dark', 'dark'],
  ['Dark High Contrast', 'vscode-high-contrast', 'high-contrast'],
  ['Light High Contrast', 'vscode-high-contrast-light', 'high-contrast-light'],
] as const;

describe.runIf(canRun())('the pages', () => {
  let session: Session;
  let page: Page;
  let frame: Frame;
  beforeAll(async () => {
    session = await startSession({ settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await markedRow(page, 'identity.safetensors');
    if (!(await explorerRow(page, 'grok').isVisible())) await explorerRow(page, 'runs').click();
    await chooseFromMenu(page, explorerRow(page, 'grok'), 'Inspect Weight Geometry');
    frame = await pageFrame(page, 'Matrices at step 3,800');
    await frame.locator('.run progress').waitFor({ state: 'detached', timeout: 120_000 });
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it.each(themes)('pass axe-core: %s', async (theme, kind, name) => {
    await useTheme(page, theme);
    frame = await pageFrame(page, 'Rank spectra');
    await expect.poll(() => frame.evaluate(() => [...document.body.classList])).toContain(kind);
    const found: string[] = [];
    for (const tab of await frame.getByRole('tab').all()) {
      await tab.click();
      await pause(600);
      const title = await tab.innerText();
      found.push(...(await violations(frame)).map((violation) => `${title}: ${violation}`));
      await picture(page, `${title.toLowerCase().replace(' ', '-')}-${name}`);
    }
    expect(found).toEqual([]);
  });

  it('have one main landmark with the chosen page, and a skip link', async () => {
    await useTheme(page, 'Light Modern');
    frame = await pageFrame(page, 'Rank spectra');
    expect(await frame.locator('main [role=tabpanel]').count()).toBe(1);
    await frame.locator('.skip').press('Enter');
    await expect.poll(() => frame.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  });

  it('sort a table by a heading and copy it in that order', async () => {
    await frame.getByRole('tab', { name: 'Overview' }).click();
    const table = frame.locator('section[aria-labelledby=matrices-title]');
    await table.getByRole('button', { name: /^stable rank/ }).click();
    await expect.poll(() => table.locator('[aria-sort=descending]').innerText()).toContain('stable rank');
    const ranks = (await table.locator('tbody tr td:nth-child(6)').allInnerTexts()).map(parseFloat);
    expect(ranks.length).toBeGreaterThan(8);
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    await table.getByRole('button', { name: /^copy Markdown/ }).click();
    await frame.getByText(/copied/).waitFor({ state: 'attached' });
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const lines = copied.trim().split('\n');
    expect(lines[0]).toMatch(/^\| Matrix \|/);
    expect(lines).toHaveLength(ranks.length + 2);
    expect(lines[2]).toContain(
      (await table.locator('tbody th .link').first().innerText()).replaceAll('_', '\\_'),
    );
  });

  it('open the matrix of a cell of the heat map, at its step', async () => {
    const heat = frame.locator('.plot-heat .nsewdrag').first();
    await heat.scrollIntoViewIfNeeded();
    const box = (await heat.boundingBox())!;
    // The last column of the first row.
    await page.mouse.move(box.x + box.width - 6, box.y + 6);
    await pause(300);
    await page.mouse.click(box.x + box.width - 6, box.y + 6);
    await expect
      .poll(() => frame.getByRole('tab', { name: 'Rank spectra' }).getAttribute('aria-selected'))
      .toBe('true');
    await expect.poll(() => frame.locator('.slider output').innerText()).toBe('3,800');
    await picture(page, 'heat-cell-opened');
  });
});
