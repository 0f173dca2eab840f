import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  clickRow,
  markedRow,
  pageFrame,
  picture,
  pictureOfFailure,
  quickRow,
  runCommand,
} from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';

describe.runIf(canRun())('states of a workspace', () => {
  let session: Session | undefined;
  afterEach(async ({ task }) => {
    if (session) await pictureOfFailure(session.window.page, task);
    await session?.end();
    session = undefined;
  });

  it('looks at weights in a workspace that is not trusted', async () => {
    session = await startSession({
      trust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
    const { page } = session.window;
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await (await markedRow(page, 'identity.safetensors')).dblclick();
    const frame = await pageFrame(page, 'eye.weight', 60_000);
    await picture(page, 'untrusted');
    expect(await frame.locator('body').innerText()).toContain('16 × 16');
  });

  it('says where to begin in a workspace without checkpoints, and what a folder lacks', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-empty-'));
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'nothing here\n');
    session = await startSession({ folder });
    const { page } = session.window;
    await runCommand(page, 'Focus on Weight Geometry View');
    await page.locator('.welcome-view-content', { hasText: 'No checkpoints were found' }).waitFor();
    await picture(page, 'welcome');

    await page.locator('.welcome-view-content').getByText('Inspect the Sample Series').click();
    await pageFrame(page, '20 checkpoints', 60_000);

    await runCommand(page, 'Weight Geometry: Inspect Weight Geometry');
    await clickRow(page, quickRow(page, 'A folder of checkpoints'));
    const box = page.locator('.quick-input-widget input.input');
    await expect.poll(() => box.inputValue()).toContain('/');
    await box.fill(`${folder}/`);
    await page.keyboard.press('Enter');
    await page.locator('.notification-list-item', { hasText: 'no weights were found' }).waitFor();
    await picture(page, 'no-checkpoints');
    fs.rmSync(folder, { recursive: true });
  });
});
