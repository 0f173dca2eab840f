import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { GeometryError } from '../../../../extension/contract/errors.js';
import { readSharedLibrary } from '../../../../extension/engine/runtime/cuda/elf.js';
import { readProviderFile } from '../../../../extension/engine/runtime/cuda/providerFile.js';
import { bindingFolder } from '../../../../extension/engine/runtime/onnxruntimePackage.js';
import { canCompile, MadeLibraries, withVersion } from './compiled.js';

const onLinux = process.platform === 'linux' && process.arch === 'x64';
const core = path.join(bindingFolder(), 'libonnxruntime.so.1');
const hasReadelf = onLinux && spawnSync('readelf', ['--version']).status === 0;

describe.runIf(onLinux)('reading a shared library', () => {
  it('says what the loader is told', async () => {
    const library = await readSharedLibrary(core);
    expect(library).toMatchObject({ machine: 62, soname: 'libonnxruntime.so.1' });
    expect(library.needed).toContain('libstdc++.so.6');
  });

  it.runIf(hasReadelf)('agrees with readelf (run where binutils are installed)', async () => {
    for (const file of [core, path.join(bindingFolder(), 'onnxruntime_binding.node')]) {
      const text = execFileSync('readelf', ['-dW', file], { encoding: 'utf8' });
      const needed = [...text.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name);
      expect((await readSharedLibrary(file)).needed).toEqual(needed);
    }
  });

  it('refuses what is none', async () => {
    await expect(readSharedLibrary(import.meta.filename)).rejects.toMatchObject({ code: 'malformed-file' });
    await expect(readSharedLibrary(import.meta.dirname)).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe.runIf(onLinux && canCompile())('a made library', () => {
  const made = new MadeLibraries();
  afterAll(() => made.dispose());
  const whole = made.library('libmade.so.3', { source: withVersion('1.30.0'), needs: ['libcudart.so.13'] });
  const bytes = readFileSync(whole);

  it('names its version and its needs', async () => {
    expect(await readProviderFile(whole, '1.30.0')).toEqual({
      needed: ['libcudart.so.13'],
      version: '1.30.0',
      cudaMajor: 13,
    });
    expect(await readProviderFile(whole, '1.31.0')).toMatchObject({ version: '1.30.0' });
  });

  it('is refused where it is cut off, at any place', async () => {
    const cut = made.at('cut.so');
    for (let length = 0; length < bytes.length; length += 97) {
      writeFileSync(cut, bytes.subarray(0, length));
      await expect(readSharedLibrary(cut), `${length} bytes`).rejects.toMatchObject({
        code: 'malformed-file',
      });
    }
    await expect(readSharedLibrary(made.at('absent.so'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('with any bytes changed is read or refused, never a crash', async () => {
    const changed = made.at('changed.so');
    copyFileSync(whole, changed);
    const place = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.oneof(place, fc.integer({ min: 0, max: 700 })), fc.integer({ min: 0, max: 255 })),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        async (changes) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) copy[at] = value;
          writeFileSync(changed, copy);
          const outcome = await readSharedLibrary(changed).catch((thrown: unknown) => thrown);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(GeometryError);
        },
      ),
      { numRuns: 300 },
    );
  });
});
