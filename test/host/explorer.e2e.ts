import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { childProcesses } from './childProcesses.js';
import {
  chooseFromMenu,
  clickRow,
  closeTab,
  explorerRow,
  hoverOver,
  menuOf,
  openFile,
  pageFrame,
  picture,
  pictureOfFailure,
  runCommand,
} from './hostWindow.js';
import { safetensorsFile } from './safetensorsFile.js';
import { canRun, startSession, type Session } from './session.js';

/** A small checkpoint, with the folders that it lies in. */
function writeCheckpoint(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, safetensorsFile({ 'w.weight': { shape: [4, 4], values: (i) => i } }));
}

const wordInEditor = (page: Page, text: string) =>
  page.locator('.editor-instance .view-line span', { hasText: text }).last();

/** The explorer's files make room, so that all rows of the view are in sight: others do not exist. */
async function makeRoom(page: Page): Promise<void> {
  const files = page.locator('.pane-header', { hasText: 'experiments' });
  if ((await files.getAttribute('aria-expanded')) === 'true') await files.click();
}

describe.runIf(canRun())('explorer, hovers and view', () => {
  let session: Session;
  let page: Page;
  beforeAll(async () => {
    session = await startSession();
    page = session.window.page;
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('compares a checkpoint with the one that was selected for it', async () => {
    await chooseFromMenu(page, explorerRow(page, 'identity.safetensors'), 'Select for Weight Compare');
    await chooseFromMenu(page, explorerRow(page, 'hostile.safetensors'), 'Compare Weights with Selected');
    const frame = await pageFrame(page, 'compared with identity');
    expect(await frame.evaluate(() => document.body.innerText)).toContain('these are different models');
    await closeTab(page, 'identity.safetensors ↔ hostile.safetensors');
  });

  it('inspects two runs together, selected in the explorer', async () => {
    const steps = [0, 100, 200, 300];
    for (const [seed, name] of ['seed_a', 'seed_b'].entries())
      for (const step of steps) {
        const file = path.join(
          session.folder,
          'seeds',
          name,
          `step_${String(step).padStart(4, '0')}.safetensors`,
        );
        fs.mkdirSync(path.dirname(file), { recursive: true });
        const values = (i: number): number => Math.sin((i + 1) * (i + 7 * seed + 3)) + (step / 300) * (i % 8);
        fs.writeFileSync(file, safetensorsFile({ 'w.weight': { shape: [8, 8], values } }));
      }
    const row = explorerRow(page, 'seed_b');
    await explorerRow(page, 'seeds').waitFor();
    if (!(await row.isVisible())) await explorerRow(page, 'seeds').click();
    // Both rows hold checkpoints once the explorer's menu knows them.
    await expect.poll(() => menuOf(page, row)).toContain('Inspect Weight Geometry');
    await explorerRow(page, 'seed_a').click();
    await row.click({ modifiers: ['Control'] });
    await chooseFromMenu(page, row, 'Inspect Runs Together');
    const frame = await pageFrame(page, 'run by run', 90_000);
    await picture(page, 'runs-together');
    const legend = frame.locator('main .legend');
    await expect.poll(() => legend.first().innerText()).toMatch(/seed_a[^]*seed_b/);
    await frame.getByRole('tab', { name: 'Trajectory' }).click();
    await frame.locator('select[aria-label="Runs"]').waitFor();
    await expect.poll(() => legend.first().innerText()).toMatch(/seed_a[^]*seed_b/);
    await picture(page, 'runs-together-trajectory');
    await closeTab(page, /seed_[ab]/);
    fs.rmSync(path.join(session.folder, 'seeds'), { recursive: true });
  });

  it('offers the command on folders and files that can hold weights, and on no others', async () => {
    await explorerRow(page, 'identity.safetensors').waitFor();
    await explorerRow(page, 'runs').waitFor();
    await expect.poll(() => menuOf(page, explorerRow(page, 'sharded'))).toContain('Inspect Weight Geometry');
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
    // The process of the comparison ends seconds after its panel was closed.
    await expect.poll(() => childProcesses(session.host.folder).map(({ role }) => role)).toEqual(['reader']);
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
      expect(hover).toMatch(/eye\.weight\s+16 × 16\s+16\.0\s+16\.0/);
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

  it('offers the command on the index of a sharded checkpoint, and on no other index', async () => {
    const index = explorerRow(page, 'model.safetensors.index.json');
    await index.waitFor();
    expect(await menuOf(page, index)).toContain('Inspect Weight Geometry');
    expect(await menuOf(page, explorerRow(page, 'settings.json'))).not.toContain('Inspect Weight Geometry');
  });

  it('has a hover on the bare name in quotes of a folder beside the file', async () => {
    fs.writeFileSync(path.join(session.folder, 'runs', 'best.yaml'), 'best: "grok"\n');
    await openFile(page, 'runs/best.yaml');
    const hover = await hoverOver(page, wordInEditor(page, 'grok'), 'Checkpoints');
    await picture(page, 'hover-folder-name');
    expect(hover).toMatch(/grok\s+20/);
  });

  it('folds files that are not read under one row, and lists the series in the palette', async () => {
    fs.mkdirSync(path.join(session.folder, 'junk'), { recursive: true });
    for (const name of ['one', 'two', 'three'])
      fs.writeFileSync(path.join(session.folder, 'junk', `${name}.safetensors`), 'no weights');
    await runCommand(page, 'Focus on Weight Geometry View');
    await makeRoom(page);
    const pane = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Weight Geometry' }) });
    const folded = pane.locator('.monaco-list-row', { hasText: 'Files that are not read' }).first();
    await folded.waitFor();
    await expect.poll(() => folded.innerText()).toMatch(/not read\s*3/);
    await picture(page, 'series-unreadable');
    fs.rmSync(path.join(session.folder, 'junk'), { recursive: true });
    await runCommand(page, 'Weight Geometry: Inspect Weight Geometry');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: '20 checkpoints' }).waitFor();
    await picture(page, 'inspect-palette');
    await page.keyboard.press('Escape');
  });

  it('lists series, steps and tensors in its view', async () => {
    await runCommand(page, 'Focus on Weight Geometry View');
    const pane = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Weight Geometry' }) });
    // A row that is scrolled past stays at the top in a copy.
    const row = (text: string) => pane.locator('.monaco-list-row', { hasText: text }).first();
    await makeRoom(page);
    await row('20 checkpoints').waitFor();
    if (!(await row('step_000400').isVisible())) await clickRow(page, row('20 checkpoints'));
    const tensor = row('tok.weight');
    await row('step_000400').waitFor();
    if (!(await tensor.isVisible())) await clickRow(page, row('step_000400'));
    await tensor.waitFor();
    const tooltip = await hoverOver(page, tensor.locator('.label-name'), /53 × 32[^]*Effective rank/);
    await picture(page, 'series-view');
    expect(tooltip).toMatch(/Effective rank \d+\.\d/);
  });

  it('lists a run and folders for each step as one series each, as they come, move and go', async () => {
    const at = (...parts: string[]): string => path.join(session.folder, 'lab', ...parts);
    fs.rmSync(path.join(session.folder, 'lab-2'), { recursive: true, force: true });
    for (const step of [100, 200, 123_456]) {
      writeCheckpoint(at('run', 'checkpoints', `step_${String(step).padStart(6, '0')}.safetensors`));
      writeCheckpoint(at('trainer', `checkpoint-${step}`, 'model.safetensors'));
    }
    fs.writeFileSync(at('run', 'run.json'), '{}');
    for (const name of ['a_step_1', 'a_step_2', 'b_step_1']) {
      writeCheckpoint(at('mixed', `${name}.safetensors`));
    }
    await runCommand(page, 'Focus on Weight Geometry View');
    const header = page.locator('.pane-header', { hasText: 'Weight Geometry' });
    const pane = page.locator('.pane', { has: header });
    await makeRoom(page);
    await header.hover();
    await header.locator('.action-label[aria-label^="Collapse All"]').click();
    const lab = async (): Promise<string[]> => {
      const [names, places] = await Promise.all(
        ['.label-name', '.label-description'].map((part) =>
          pane.locator(`.monaco-list-row ${part}`).allInnerTexts(),
        ),
      );
      return names!
        .map((name, i) => `${name} ${places![i]}`)
        .filter((row) => row.includes('lab'))
        .sort();
    };
    const expected = (folder: string): string[] => [
      `mixed: a_step_#.safetensors 2 checkpoints · ${folder}`,
      `mixed: b_step_#.safetensors 1 checkpoint · ${folder}`,
      `run 3 checkpoints · ${folder}`,
      `trainer 3 checkpoints · ${folder}`,
    ];
    await expect.poll(lab).toEqual(expected('lab'));

    const run = pane.locator('.monaco-list-row', { hasText: /^run3 checkpoints/ });
    await run.click();
    await pane.locator('.monaco-list-row', { hasText: 'step 123,456' }).waitFor();
    await picture(page, 'series-view-run');
    await run.click();

    fs.renameSync(at(), path.join(session.folder, 'lab-2'));
    await expect.poll(lab).toEqual(expected('lab-2'));
    fs.rmSync(path.join(session.folder, 'lab-2'), { recursive: true });
    await expect.poll(lab).toEqual([]);
  });

  it('gives the actions of a row to the keyboard', async () => {
    const pane = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Weight Geometry' }) });
    const row = pane.locator('.monaco-list-row', { hasText: '20 checkpoints' });
    await row.click();
    await page.keyboard.press('Shift+F10');
    const items = page.locator('.monaco-menu .action-item');
    await items.first().waitFor();
    await picture(page, 'series-menu');
    expect(await items.allInnerTexts()).toEqual(
      expect.arrayContaining(['Inspect Weight Geometry', 'Reveal in Explorer']),
    );
    await page.keyboard.press('Escape');
  });

  it('starts no computing for any of this', () => {
    expect(childProcesses(session.host.folder).map(({ role }) => role)).toEqual(['reader']);
  });
});

describe.runIf(canRun())('a workspace without weights', () => {
  let session: Session | undefined;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-texts-'));
  afterAll(async () => {
    await session?.end();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('has hovers on paths to weights in a text of any language', async () => {
    const weights = path.resolve(import.meta.dirname, '../../media/sample-series/step_003800.pt');
    fs.writeFileSync(path.join(folder, 'job.sh'), `python train.py --init ${weights}\n`);
    session = await startSession({ folder });
    const { page } = session.window;
    await openFile(page, 'job.sh');
    const hover = await hoverOver(page, wordInEditor(page, 'step_003800.pt'), 'Stable rank');
    expect(hover).toContain('in_proj_weight');
  });
});
