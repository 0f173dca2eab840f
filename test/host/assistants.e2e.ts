import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pictureOfFailure, runCommand } from './hostWindow.js';
import { probeExtension, probeOf } from './probeExtension.js';
import { canRun, startSession, type Session } from './session.js';

describe.runIf(canRun())('what assistants may ask in a window', () => {
  let session: Session;
  let page: Page;
  let probe: ReturnType<typeof probeExtension>;
  let ask: ReturnType<typeof probeOf>;
  const invoke = (name: string, input: object, more: object = {}) =>
    ask({ what: 'invoke', name: `weight_geometry_${name}`, input, ...more });

  beforeAll(async () => {
    probe = probeExtension();
    session = await startSession({ settings: { 'chat.disableAIFeatures': false }, extensions: [probe.vsix] });
    page = session.window.page;
    ask = probeOf(session.folder);
  });
  afterAll(async () => {
    await session.end();
    probe.remove();
  });
  afterEach(({ task }) => pictureOfFailure(page, task));

  /** Every file of the workspace but the probe's own. */
  const files = (): string[] =>
    fs
      .readdirSync(session.folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('.probe'))
      .map((name) => `${name} ${fs.statSync(path.join(session.folder, name)).mtimeMs}`)
      .sort();

  it('has the tools of the manifest, which answer with numbers beside their nulls and write nothing', async () => {
    const before = files();
    await expect
      .poll(async () => await ask({ what: 'tools' }), { timeout: 60_000 })
      .toMatchObject({
        value: expect.arrayContaining([
          'weight_geometry_list_series',
          'weight_geometry_inspect',
          'weight_geometry_compare',
          'weight_geometry_explain_warning',
        ]) as unknown,
      });
    const listed = await invoke('list_series', {});
    expect(listed).toMatchObject({
      value: expect.stringMatching(/grok +.*runs\/grok +20 +0 to 3800/) as unknown,
    });
    const inspected = await invoke('inspect', { path: 'runs/grok', tensors: 'enc.layers.0.**' });
    expect(inspected).toMatchObject({
      value: expect.stringMatching(/beside each its mean over \d+ shuffles of the entries/) as unknown,
    });
    const two = { path: 'runs/grok/step_003800.pt', base: 'runs/grok/step_000000.pt' };
    expect(await invoke('compare', two)).toMatchObject({
      value: expect.stringContaining('in another order it would be') as unknown,
    });
    expect(files()).toEqual(before);
    expect(
      fs.existsSync(
        path.join(session.host.folder, 'profile/User/globalStorage/weight-geometry.weight-geometry/reports'),
      ),
    ).toBe(false);
  });

  it('refuses in a sentence what is wrong, outside, or hostile, and stops when it is cancelled', async () => {
    expect(await invoke('inspect', { path: '/etc/passwd' })).toMatchObject({
      error: expect.stringContaining('outside of the folders that may be read') as unknown,
    });
    expect(await invoke('explain_warning', { code: 'no-such-code' })).toMatchObject({
      error: expect.stringContaining('There is no code') as unknown,
    });
    const hostile = await invoke('inspect', { path: 'hostile.safetensors' });
    expect(hostile).toMatchObject({ value: expect.stringContaining('.weight') as unknown });
    expect(await page.title()).not.toBe('owned');
    const cancelled = await invoke('inspect', { path: 'runs/grok' }, { cancelAfter: 300 });
    expect(cancelled).toHaveProperty('error');
  });

  it('lists its server among those of the Model Context Protocol', async () => {
    await runCommand(page, 'MCP: List Servers');
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Weight Geometry' })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
  });
});
