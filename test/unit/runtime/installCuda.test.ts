import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CudaManifest } from '../../../extension/engine/runtime/cudaManifest.js';
import {
  cudaOffer,
  describeOffer,
  installCuda,
  installedCuda,
  uninstallCuda,
} from '../../../extension/engine/runtime/installCuda.js';

/** A zip archive of stored (uncompressed) files. */
const storedZip = (files: Record<string, string>): Buffer => {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const sizes = Buffer.alloc(14);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(data.length, 8);
    sizes.writeUInt16LE(Buffer.byteLength(name), 12);
    const local = Buffer.concat([
      Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      sizes,
      Buffer.alloc(2),
      Buffer.from(name),
      data,
    ]);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(offset, 12);
    centrals.push(
      Buffer.concat([
        Buffer.from([0x50, 0x4b, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        sizes,
        tail,
        Buffer.from(name),
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
};

const archive = storedZip({
  'runtimes/native/libshared.so': 'shared',
  'runtimes/native/libcuda.so': 'cuda provider',
  'runtimes/native/other.so': 'not wanted',
});

describe('Install CUDA Provider', () => {
  let folder: string;
  let server: http.Server;
  let served: Buffer;
  let requests: string[];
  let manifest: CudaManifest;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'wg-cuda-'));
    writeFileSync(path.join(folder, 'binding.node'), 'the binding');
    served = archive;
    requests = [];
    server = http.createServer((request, response) => {
      requests.push(request.url!);
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const packageHash = createHash('sha512').update(archive).digest('base64');
      const pages: Record<string, string | Buffer> = {
        '/registration.json': JSON.stringify({ catalogEntry: `${base}/entry.json` }),
        '/entry.json': JSON.stringify({
          packageHash,
          packageHashAlgorithm: 'SHA512',
          packageSize: archive.length,
        }),
        '/package.nupkg': served,
      };
      const page = pages[request.url!];
      response.statusCode = page === undefined ? 404 : 200;
      response.end(page);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    manifest = {
      packageName: 'Example 1.0',
      url: `${base}/package.nupkg`,
      registrationUrl: `${base}/registration.json`,
      files: ['runtimes/native/libshared.so', 'runtimes/native/libcuda.so'],
      needs: 'a driver',
    };
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('says what it would fetch, then fetches, verifies, installs, and is undone', async () => {
    const offer = await cudaOffer({ fetch }, manifest, folder);
    expect(requests).not.toContain('/package.nupkg');
    expect(describeOffer(offer)).toMatch(
      /Example 1\.0 \(0 MB\) from 127\.0\.0\.1.*libshared\.so and libcuda\.so/,
    );
    expect(await installedCuda(folder)).toBeUndefined();

    const progress: number[] = [];
    await installCuda(offer, { fetch, onProgress: (bytes) => progress.push(bytes) });
    expect(progress.at(-1)).toBe(archive.length);
    expect(readFileSync(path.join(folder, 'libcuda.so'), 'utf8')).toBe('cuda provider');
    expect(readFileSync(path.join(folder, 'libshared.so'), 'utf8')).toBe('shared');
    expect(await installedCuda(folder)).toBe('Example 1.0');

    await uninstallCuda(folder);
    expect(readdirSync(folder)).toEqual(['binding.node']);
    expect(await installedCuda(folder)).toBeUndefined();
  });

  it.each([
    ['a changed byte', () => Buffer.from(archive).fill(0, 60, 61), /SHA-512/],
    ['a shorter file', () => archive.subarray(0, 50), /50 bytes, not/],
    ['a longer file', () => Buffer.concat([archive, Buffer.alloc(9)]), /bytes, not/],
  ])('installs nothing from %s', async (_what, damaged, message) => {
    const offer = await cudaOffer({ fetch }, manifest, folder);
    served = damaged();
    await expect(installCuda(offer, { fetch })).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['binding.node']);
  });

  it('installs nothing when the package lacks a file, or the user cancels', async () => {
    const lacking = { ...manifest, files: [...manifest.files, 'runtimes/native/absent.so'] };
    await expect(installCuda(await cudaOffer({ fetch }, lacking, folder), { fetch })).rejects.toThrow(
      /absent\.so/,
    );
    const cancelled = AbortSignal.abort();
    const offer = await cudaOffer({ fetch }, manifest, folder);
    await expect(installCuda(offer, { fetch, signal: cancelled })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(readdirSync(folder)).toEqual(['binding.node']);
  });

  it('says which host cannot be reached', async () => {
    server.close();
    await new Promise((closed) => server.on('close', closed));
    await expect(cudaOffer({ fetch }, manifest, folder)).rejects.toThrow(
      /127\.0\.0\.1.*could not be reached/,
    );
  });
});
