import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  chooseFromMenu,
  clickRow,
  explorerRow,
  markedRow,
  pageFrame,
  picture,
  pictureOfFailure,
  quickRow,
} from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';

describe.runIf(canRun())('what a user says of a model, and takes away', () => {
  let session: Session;
  let page: Page;
  const series = (...parts: string[]): string => path.join(session.folder, 'runs/grok', ...parts);
  const box = () => page.locator('.quick-input-widget input.input');
  const choose = (text: string) => clickRow(page, quickRow(page, text));
  /** An answer is taken before the next question is there: what is typed too soon goes to the one before. */
  const question = (number: number) =>
    page.locator('.quick-input-title', { hasText: `(${number}/6)` }).waitFor();
  beforeAll(async () => {
    session = await startSession({ settings: { 'workbench.colorTheme': 'Default Light Modern' } });
    page = session.window.page;
    // The sample says itself what it is; here nobody has said so yet.
    fs.renameSync(series('weight-geometry.json'), path.join(session.folder, 'said.json'));
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('is asked what weights do not show, and has the accuracies then', async () => {
    await markedRow(page, 'identity.safetensors');
    if (!(await explorerRow(page, 'grok').isVisible())) await explorerRow(page, 'runs').click();
    await chooseFromMenu(page, explorerRow(page, 'grok'), 'Inspect Weight Geometry');
    const frame = await pageFrame(page, 'Matrices at step 3,800', 60_000);
    await frame.locator('.run progress').waitFor({ state: 'detached', timeout: 120_000 });
    expect(await frame.locator('body').innerText()).not.toContain('baseline 99');
    await frame.getByRole('button', { name: 'confirm' }).click();
    await choose('Confirm what is recognised');
    await question(1);
    await choose('each of dimension 8');
    await question(2);
    await choose('The first token');
    await question(3);
    await choose('add');
    await question(4);
    const said = JSON.parse(fs.readFileSync(path.join(session.folder, 'said.json'), 'utf8')) as {
      data: { split: { seed: number; trainFraction: number; firstToken: number } };
    };
    await box().fill(String(said.data.split.seed));
    await page.keyboard.press('Enter');
    await question(5);
    await box().fill(String(said.data.split.trainFraction));
    await page.keyboard.press('Enter');
    await question(6);
    await choose(said.data.split.firstToken === 0 ? 'All, zero with them' : 'All but zero');
    await expect.poll(() => fs.existsSync(series('weight-geometry.json'))).toBe(true);
    expect(JSON.parse(fs.readFileSync(series('weight-geometry.json'), 'utf8'))).toMatchObject({
      data: said.data,
    });
    const described = await pageFrame(page, 'Accuracy against rank', 60_000);
    await described.locator('.run progress').waitFor({ state: 'detached', timeout: 120_000 });
    await described.getByRole('tab', { name: 'Reconstruction' }).click();
    // The final test accuracy of the series, from its own log.
    await expect.poll(() => described.locator('body').innerText()).toContain('baseline accuracy 99.911%');
    await picture(page, 'described');
  });

  it('has a chart as a table of numbers, with where they come from', async () => {
    const frame = await pageFrame(page, 'Accuracy against rank');
    await frame.getByRole('button', { name: 'CSV' }).first().click();
    // The dialog puts its proposal into the box once it has looked at the folder.
    await expect.poll(() => box().inputValue()).toContain('.csv');
    const file = path.join(session.folder, 'accuracy.csv');
    await box().fill(file);
    await expect.poll(() => box().inputValue()).toBe(file);
    // It accepts nothing while it turns to another folder: then it lists what is in that one.
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'sharded' }).first().waitFor();
    await page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
    await expect.poll(() => fs.existsSync(file)).toBe(true);
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toMatch(/step_003800\.pt/);
    expect(text).toMatch(/sha256/i);
    expect(text.split('\n').length).toBeGreaterThan(20);
  });
});
