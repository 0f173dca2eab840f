import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { graphicsDriver } from '../../../extension/engine/runtime/graphicsDriver.js';
import { chooseProvider } from '../../../extension/engine/runtime/providers.js';

const folder = mkdtempSync(path.join(tmpdir(), 'wg-maps-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mapped = (...files: string[]): string => {
  const maps = path.join(folder, 'maps');
  writeFileSync(maps, files.map((file) => `7f00-7f01 r-xp 00000000 08:01 1  ${file}\n`).join(''));
  return maps;
};

describe('the driver behind WebGPU', () => {
  it('is said to be software where nothing else is loaded', () => {
    expect(graphicsDriver(mapped('/usr/lib/chromium/libvk_swiftshader.so'))).toEqual({
      device: 'SwiftShader (software)',
      isSoftware: true,
    });
  });

  it('is a device’s where Mesa’s software driver is loaded beside it', () => {
    const files = ['/usr/lib/libvulkan_lvp.so', '/usr/lib/libvulkan_radeon.so'];
    expect(graphicsDriver(mapped(...files))).toEqual({ device: 'a driver of AMD' });
  });

  it('is not guessed among several, nor where none is known', () => {
    const files = ['/usr/lib/libvulkan_intel.so', '/usr/lib/libGLX_nvidia.so.0'];
    expect(graphicsDriver(mapped(...files))).toEqual({});
    expect(graphicsDriver(mapped('/usr/lib/libc.so.6'))).toEqual({});
    expect(graphicsDriver(path.join(folder, 'absent'))).toEqual({});
  });

  it('in software is passed over with a sentence, and not timed', async () => {
    const probed: string[] = [];
    const chosen = await chooseProvider('auto', {
      entry: { file: 'unused', arguments: [] },
      passedOver: [{ name: 'cuda', reason: 'No.' }],
      probeOne: (name) => {
        probed.push(name);
        const software = { device: 'SwiftShader (software)', isSoftware: true };
        return Promise.resolve({
          works: true,
          answer: { productMs: 1, ...(name === 'webgpu' ? software : {}) },
        });
      },
    });
    expect(chosen.name).toBe('cpu');
    expect(probed).toEqual(['webgpu', 'cpu']);
    expect(chosen.passedOver[1]!.reason).toMatch(
      /only adapter is SwiftShader \(software\), which computes on the processor/,
    );
  });
});
