import fs from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childProcesses, processorSeconds } from './childProcesses.js';
import {
  chooseFromMenu,
  explorerRow,
  notification,
  openWindow,
  pageFrame,
  pause,
  picture,
  pictureOfFailure,
} from './hostWindow.js';
import { safetensorsFile } from './safetensorsFile.js';
import { canRun, startSession, type Session } from './session.js';

/** Matrices that keep a machine busy for a minute or more, and a little file that is done at once. */
function writeLongSeries(folder: string): void {
  fs.mkdirSync(folder);
  const size = 1400;
  for (const step of [100, 200, 300, 400]) {
    const tensor = (seed: number) => ({
      shape: [size, size],
      values: (i: number) => Math.sin(i * 12.9898 + seed * step) * 0.1,
    });
    const tensors = Object.fromEntries([1, 2, 3, 4].map((n) => [`layers.${n}.weight`, tensor(n)]));
    fs.writeFileSync(path.join(folder, `step_${step}.safetensors`), safetensorsFile(tensors));
  }
}

describe.runIf(canRun())('child processes', () => {
  let session: Session;
  let page: Page;
  const compute = () => childProcesses(session.host.folder).filter(({ role }) => role === 'compute');
  const begin = async (frame: Frame): Promise<void> => {
    const again = frame.getByRole('button', { name: 'Inspect again' });
    if (await again.isVisible()) await again.click();
    await expect.poll(() => compute().length).toBe(1);
  };
  beforeAll(async () => {
    session = await startSession();
    page = session.window.page;
    writeLongSeries(path.join(session.folder, 'long'));
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('stops computing within two seconds of Cancel, and ends the process', async () => {
    await chooseFromMenu(page, explorerRow(page, 'long'), 'Inspect Weight Geometry');
    const frame = await pageFrame(page, 'layers.4.weight', 90_000);
    await begin(frame);
    const [child] = compute();
    expect(child).toBeDefined();
    await frame.getByRole('button', { name: 'Cancel' }).click();
    await frame.getByText('Cancelled. What is shown was computed before.').waitFor({ timeout: 15_000 });
    await picture(page, 'cancelled');
    await pause(2000);
    const before = processorSeconds(child!.pid);
    await pause(1000);
    expect(processorSeconds(child!.pid) - before).toBeLessThan(0.1);
    await expect.poll(compute).toEqual([]);
  });

  it('stays cancelled while the folder grows, until it is asked for again', async () => {
    const long = path.join(session.folder, 'long');
    fs.copyFileSync(path.join(long, 'step_100.safetensors'), path.join(long, 'step_500.safetensors'));
    const frame = await pageFrame(page, 'layers.4.weight');
    await frame.getByText('The files have changed since they were read.').waitFor();
    await pause(2000);
    expect(compute()).toEqual([]);
  });

  it('says what happened when the process is killed, and begins again when asked', async () => {
    const frame = await pageFrame(page, 'layers.4.weight');
    await begin(frame);
    await pause(1500);
    process.kill(compute()[0]!.pid, 'SIGKILL');
    await frame.getByText('The process that computes ended before its work was done.').waitFor();
    const message = notification(page, 'ended before its work was done');
    await message.waitFor();
    await picture(page, 'process-killed');
    expect(await message.locator('.monaco-button, .monaco-text-button').allInnerTexts()).toEqual(
      expect.arrayContaining(['Retry', 'Show Log']),
    );
    await message.locator('.monaco-text-button', { hasText: 'Retry' }).click();
    await expect.poll(() => compute().length).toBe(1);
  });

  it('leaves no child of a window that was reloaded, and restores its panel', async () => {
    const old = childProcesses(session.host.folder).map(({ pid }) => pid);
    expect(old.length).toBeGreaterThanOrEqual(2);
    await page.reload();
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    const frame = await pageFrame(page, 'layers.4.weight', 90_000);
    const left = (): number[] =>
      childProcesses(session.host.folder).flatMap(({ pid }) => (old.includes(pid) ? [pid] : []));
    await expect.poll(left).toEqual([]);
    await frame.getByRole('button', { name: 'Cancel' }).click();
  });

  it('serves two windows on one folder', async () => {
    const second = await openWindow(session.host.url);
    await chooseFromMenu(
      second.page,
      explorerRow(second.page, 'identity.safetensors'),
      'Inspect Weight Geometry',
    );
    await pageFrame(second.page, 'eye.weight', 60_000);
    await explorerRow(page, 'identity.safetensors').dblclick();
    await pageFrame(page, 'eye.weight', 60_000);
    await second.close();
  });
});
