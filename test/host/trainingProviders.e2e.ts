import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childProcesses } from './childProcesses.js';
import { pageFrame, picture, pictureOfFailure } from './hostWindow.js';
import { canRun, startSession, type Session } from './session.js';
import { startRun, statusOf, waitFor } from './trainingRuns.js';

/** A graphics adapter in software, which Debian's chromium brings along. */
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const withSwiftShader = {
  VK_ICD_FILENAMES: swiftShader,
  VK_DRIVER_FILES: swiftShader,
  LD_LIBRARY_PATH: path.dirname(swiftShader),
};

function hasSwiftShader(): boolean {
  if (fs.existsSync(swiftShader)) return true;
  console.warn('No SwiftShader on this machine: the run on WebGPU is left out (apt-get install chromium).');
  return false;
}

const small =
  'model.prime=11 model.d=16 model.heads=2 model.dFf=16 batch=32 maxSteps=6 evaluateEvery=2 checkpointEvery=6';

describe.runIf(canRun() && hasSwiftShader())('training on other processors and without a window', () => {
  let session: Session;
  let page: Page;
  const run = (...parts: string[]): string => path.join(session.folder, 'runs', ...parts);
  /** A name that no earlier try of the same test has used. */
  const fresh = (name: string): string => `${name}-${Date.now()}`;
  const linesOf = (name: string) =>
    fs
      .readFileSync(run(name, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: number; loss?: number; testLoss: number });
  beforeAll(async () => {
    const before = { ...process.env };
    Object.assign(process.env, withSwiftShader);
    try {
      session = await startSession({ settings: { 'weightGeometry.training.onWindowClose': 'continue' } });
    } finally {
      for (const name of Object.keys(withSwiftShader)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    }
    page = session.window.page;
  });
  afterAll(() => session.end());
  afterEach(({ task }) => pictureOfFailure(page, task));

  it('has the same losses on WebGPU as on the CPU', async () => {
    const [onWebgpu, onCpu] = [fresh('on-webgpu'), fresh('on-cpu')];
    await startRun(page, {
      what: 'tiny',
      changes: small,
      provider: 'Graphics adapters',
      folder: `runs/${onWebgpu}`,
    });
    await startRun(page, {
      what: 'tiny',
      changes: small,
      provider: 'Works everywhere',
      folder: `runs/${onCpu}`,
    });
    await waitFor(() => statusOf(run(onCpu)) === 'finished', 140_000);
    const providerOf = (name: string) =>
      (JSON.parse(fs.readFileSync(run(name, 'run.json'), 'utf8')) as { provider: { name: string } }).provider
        .name;
    expect([providerOf(onWebgpu), providerOf(onCpu)]).toEqual(['webgpu', 'cpu']);
    const [webgpu, cpu] = [linesOf(onWebgpu), linesOf(onCpu)];
    expect(webgpu.map(({ step }) => step)).toEqual([0, 2, 4, 6]);
    for (const [index, line] of webgpu.entries()) {
      expect(Math.abs(line.testLoss - cpu[index]!.testLoss)).toBeLessThan(1e-3);
      if (line.loss !== undefined) expect(Math.abs(line.loss - cpu[index]!.loss!)).toBeLessThan(1e-3);
    }
  });

  it('lets a run go on alone when it was told so; the new window shows it and can stop it', async () => {
    const alone = fresh('alone');
    await startRun(page, {
      what: 'tiny',
      changes: 'maxSteps=100000 stop=null',
      provider: 'Works everywhere',
      folder: `runs/${alone}`,
    });
    await waitFor(() => statusOf(run(alone)) === 'running', 60_000);
    await page.reload();
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    const item = page.locator('.statusbar-item', { hasText: new RegExp(`${alone} \\d`) });
    await item.waitFor({ timeout: 60_000 });
    await item.click();
    const frame = await pageFrame(page, 'Another process trains this run', 60_000);
    await picture(page, 'training-alone');
    await frame.locator('.run.training vscode-button', { hasText: 'Stop' }).click();
    await waitFor(() => statusOf(run(alone)) === 'stopped');
    await waitFor(() => childProcesses(session.host.folder).every(({ role }) => role !== 'trainer'));
  });
});
