import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canCompile, MadeLibraries, withVersion } from '../unit/runtime/cuda/compiled.js';
import { childProcesses } from './childProcesses.js';
import { fakeExtension } from './fakeExtension.js';
import { pause, picture, pictureOfFailure, runCommand } from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';
import { startRun, statusOf, waitFor } from './trainingRuns.js';

const onnxruntime = JSON.parse(
  fs.readFileSync(
    path.resolve(import.meta.dirname, '../../node_modules/onnxruntime-node/package.json'),
    'utf8',
  ),
) as { version: string };

const needs = ['libcublas.so.13', 'libcurand.so.10', 'libcudart.so.13', 'libcuda.so.1'];
const small = 'model.prime=11 model.d=16 model.heads=2 model.dFf=16 batch=32 maxSteps=2';

/** An environment of Python with everything of CUDA in it, made of empty libraries, and a driver beside it. */
function madeEnvironment(made: MadeLibraries): { environment: string; driver: string } {
  fs.mkdirSync(made.at('selected/bin'), { recursive: true });
  const site = 'selected/lib/python3.12/site-packages';
  made.library(`${site}/onnxruntime/capi/libonnxruntime_providers_shared.so`);
  made.library(`${site}/onnxruntime/capi/libonnxruntime_providers_cuda.so`, {
    source: withVersion(onnxruntime.version),
    needs,
  });
  for (const name of needs.slice(0, -1)) made.library(`${site}/nvidia/cu13/lib/${name}`);
  made.library('driver/libcuda.so.1');
  fs.writeFileSync(made.at('selected/bin/python'), '');
  return { environment: made.at('selected'), driver: made.at('driver') };
}

/** Microsoft's extension for Python, in the one call that is asked of it. */
const pythonExtension = (folder: string, environment: string): string =>
  fakeExtension(
    folder,
    'ms-python',
    'python',
    `{ environments: { getActiveEnvironmentPath: () => ({ id: 'selected', path: ${JSON.stringify(path.join(environment, 'bin/python'))} }) } }`,
  );

/** The text of the Markdown preview that holds some words. */
async function previewText(page: Page, holds: string): Promise<string> {
  for (const end = Date.now() + 90_000; Date.now() < end;) {
    for (const frame of page.frames()) {
      const text = await frame.evaluate(() => document.body.innerText).catch(() => '');
      if (text.includes(holds)) return text;
    }
    await pause(150);
  }
  throw new Error(`No preview holds "${holds}".`);
}

describe.runIf(canRun() && canCompile())('CUDA in an environment of Python', () => {
  const made = new MadeLibraries();
  let session: Session;
  let page: Page;
  let environment: string;
  const dialog = () => page.locator('.monaco-dialog-box');
  const press = (label: string) => dialog().locator('.monaco-button', { hasText: label }).click();
  const run = (name: string): string => path.join(session.folder, 'runs', name);
  const whyNotCuda = (name: string): string => {
    const { provider } = JSON.parse(fs.readFileSync(path.join(run(name), 'run.json'), 'utf8')) as {
      provider: { name: string; passedOver: { name: string; reason: string }[] };
    };
    expect(provider.name).toBe('cpu');
    return provider.passedOver.find((other) => other.name === 'cuda')!.reason;
  };
  const train = (name: string): Promise<void> =>
    startRun(page, { what: 'tiny', changes: small, provider: 'Automatic', folder: `runs/${name}` });
  const open = async (options: { readonly trust?: boolean; readonly settings?: Record<string, unknown> }) => {
    const made_ = madeEnvironment(made);
    environment = made_.environment;
    const before = process.env.LD_LIBRARY_PATH;
    process.env.LD_LIBRARY_PATH = made_.driver;
    try {
      session = await startSession({ ...options, extensions: [pythonExtension(made.folder, environment)] });
    } finally {
      if (before === undefined) delete process.env.LD_LIBRARY_PATH;
      else process.env.LD_LIBRARY_PATH = before;
    }
    page = session.window.page;
  };
  afterAll(() => made.dispose());
  afterEach(({ task }) => pictureOfFailure(page, task));

  describe('in a trusted workspace', () => {
    beforeAll(() => open({}));
    afterAll(() => session.end());

    it('is found by the selected interpreter, asked for by its folder, and remembered', async () => {
      await train('first');
      await dialog().waitFor();
      expect(await dialog().innerText()).toContain(`Load CUDA from ${environment}?`);
      await picture(page, 'gpu-question');
      await press('Load CUDA from It');
      await waitFor(() => statusOf(run('first')) === 'finished', 90_000);
      // The child's loader took the provider from there: a made one, which is none.
      expect(whyNotCuda('first')).toMatch(/GetProvider|provider/i);
      expect(whyNotCuda('first')).not.toContain('allowed');

      await train('second');
      await waitFor(() => statusOf(run('second')) === 'finished', 90_000);
      expect(await dialog().count()).toBe(0);
      expect(whyNotCuda('second')).toBe(whyNotCuda('first'));
    });

    it('is listed by Check GPU…, where the answer can be changed', async () => {
      await runCommand(page, 'Weight Geometry: Check GPU…');
      const toast = page.locator('.notification-toast', { hasText: 'CUDA does not work here yet' });
      await toast.waitFor({ timeout: 90_000 });
      // It fades after some seconds, unless the mouse is on it.
      await toast.hover();
      const text = await previewText(page, 'CUDA: does not work');
      await picture(page, 'gpu-list');
      expect(text).toContain('libcublas.so.13');
      // The folder was allowed: what is said is how the made provider failed.
      expect(text).not.toContain('only when you allow it');
      await toast.locator('.monaco-button', { hasText: 'Choose the Folders…' }).click();
      await dialog().waitFor();
      await press('Never from This Folder');
      await dialog().waitFor({ state: 'hidden' });
      await page
        .locator('.notification-toast', { hasText: 'folders that you have not allowed' })
        .waitFor({ timeout: 90_000 });
      await train('third');
      await waitFor(() => statusOf(run('third')) === 'finished', 90_000);
      expect(await dialog().count()).toBe(0);
      expect(whyNotCuda('third')).toContain(
        `Its files are in ${environment}, from which you have not allowed`,
      );
      await waitFor(() => childProcesses(session.host.folder).every(({ role }) => role !== 'gpu'));
    });
  });

  describe('in Restricted Mode', () => {
    beforeAll(() => open({ trust: true, settings: { 'security.workspace.trust.startupPrompt': 'never' } }));
    afterAll(() => session.end());

    it('is neither looked for nor asked for', async () => {
      const box = page.locator('.quick-input-widget input.input');
      const rows = page.locator('.quick-input-list .monaco-list-row');
      await runCommand(page, 'Weight Geometry: Show Log');
      // The log takes the focus when it is there, which closes the palette.
      await page.locator('.part.panel .monaco-editor.focused').waitFor();
      await page.keyboard.press('F1');
      // By its name: a list of all commands draws those alone that have room.
      await box.fill('>Weight Geometry: Show Log');
      await rows.filter({ hasText: 'Show Log' }).first().waitFor();
      await box.fill('>Weight Geometry: Check GPU');
      await pause(1000);
      expect(await rows.filter({ hasText: 'Check GPU…' }).count()).toBe(0);
      await picture(page, 'gpu-restricted');
      await page.keyboard.press('Escape');
      expect(await dialog().count()).toBe(0);
      expect(
        childProcesses(session.host.folder).filter(({ role }) => role === 'gpu' || role === 'trainer'),
      ).toEqual([]);
    });
  });
});
