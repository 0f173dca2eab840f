import { createBirpc } from 'birpc';
import { fork, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callsOver } from '../../../extension/contract/boundary.js';
import { installerSchemas, type InstallerCalls } from '../../../extension/contract/installer.js';
import { cudaManifest, type CudaManifest } from '../../../extension/engine/runtime/cudaManifest.js';
import {
  cudaOffer,
  describeOffer,
  installCuda,
  installedCuda,
  uninstallCuda,
} from '../../../extension/engine/runtime/installCuda.js';
import { placeFiles } from '../../../extension/engine/runtime/placedFiles.js';
import { bundleForChild } from '../training/bundle.js';

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
  /** What a reply does instead of its page. */
  let misbehave: Record<string, (response: http.ServerResponse) => void>;
  let requests: string[];
  let manifest: CudaManifest;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'wg-cuda-'));
    writeFileSync(path.join(folder, 'binding.node'), 'the binding');
    served = archive;
    misbehave = {};
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
      const bad = misbehave[request.url!];
      if (bad) {
        bad(response);
        return;
      }
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
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
    );
  const half = (response: http.ServerResponse): void => {
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 50));
  };

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

  it('keeps files of the same names that came otherwise, and puts them back', async () => {
    writeFileSync(path.join(folder, 'libcuda.so'), 'by the package manager');
    const before = contents();
    await installCuda(await cudaOffer({ fetch }, manifest, folder), { fetch });
    expect(contents()['libcuda.so']).toBe('cuda provider');
    // Installed over itself, it still knows what was there before it.
    await installCuda(await cudaOffer({ fetch }, manifest, folder), { fetch });
    expect(contents()['libcuda.so']).toBe('cuda provider');
    await uninstallCuda(folder);
    expect(contents()).toEqual(before);
  });

  it('leaves all as it was when a file cannot be put in place', async () => {
    writeFileSync(path.join(folder, 'libshared.so'), 'by the package manager');
    const before = contents();
    const from = path.join(folder, 'from');
    mkdirSync(from);
    writeFileSync(path.join(from, 'libshared.so'), 'shared');
    // The second one is not there to be moved.
    await expect(placeFiles(folder, from, 'Example 1.0', ['libshared.so', 'libcuda.so'])).rejects.toThrow();
    rmSync(from, { recursive: true });
    expect(contents()).toEqual(before);
  });

  it('is removed by its record, though a file of it has gone', async () => {
    await installCuda(await cudaOffer({ fetch }, manifest, folder), { fetch });
    rmSync(path.join(folder, 'libshared.so'));
    expect(await installedCuda(folder)).toBe('Example 1.0');
    await uninstallCuda(folder);
    expect(readdirSync(folder)).toEqual(['binding.node']);
    writeFileSync(path.join(folder, 'cuda-provider.json'), '{');
    await expect(uninstallCuda(folder)).rejects.toMatchObject({ code: 'malformed-file' });
  });

  it('takes away what a killed installation left, and nothing of one that is at work', async () => {
    const [dead, living] = [spawnSync(process.execPath, ['-e', '']).pid, process.ppid];
    for (const pid of [dead, living]) mkdirSync(path.join(folder, `.cuda-provider-${pid}-abc`));
    await installCuda(await cudaOffer({ fetch }, manifest, folder), { fetch });
    await uninstallCuda(folder);
    expect(readdirSync(folder)).toEqual([`.cuda-provider-${living}-abc`, 'binding.node']);
  });

  it.each([
    [
      'a reply that is not JSON',
      '/entry.json',
      (response: http.ServerResponse) => void response.end('<html>'),
    ],
    [
      'a connection that breaks in the download',
      '/package.nupkg',
      (response: http.ServerResponse) => {
        half(response);
        setTimeout(() => response.destroy(), 20);
      },
    ],
  ])('calls %s unreadable', async (_what, url, bad) => {
    misbehave[url] = bad;
    const installed = cudaOffer({ fetch }, manifest, folder).then((offer) => installCuda(offer, { fetch }));
    await expect(installed).rejects.toMatchObject({ code: 'unreadable' });
    expect(readdirSync(folder)).toEqual(['binding.node']);
  });

  it('names the package of the onnxruntime that is installed', () => {
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
      version: string;
    };
    const linux = cudaManifest('linux-x64')!;
    expect(linux.packageName).toBe(`Microsoft.ML.OnnxRuntime.Gpu.Linux ${version}`);
    expect(linux.url).toContain(`/${version}/`);
    expect(cudaManifest('linux-riscv')).toBeUndefined();
  });

  it('gives the download up when its window closes, and leaves nothing half done', async () => {
    const source = `
import { serveInstaller } from './extension/engine/roles/installer.js';
const [manifest, folder] = process.argv.slice(2);
serveInstaller({ manifest: JSON.parse(manifest), folder });`;
    const bundle = await bundleForChild(source, 'installer');
    misbehave['/package.nupkg'] = half;
    let fetched: () => void = () => undefined;
    const fetching = new Promise<void>((resolve) => (fetched = resolve));
    const child = fork(bundle, [JSON.stringify(manifest), folder], {
      execArgv: [],
      serialization: 'advanced',
    });
    const channel = createBirpc<Record<string, (...args: unknown[]) => unknown>, { fetched: () => void }>(
      { fetched: () => fetched() },
      {
        post: (message) => void child.send(message as object),
        on: (handler) => void child.on('message', handler),
      },
    );
    const calls = callsOver<InstallerCalls>(installerSchemas, (method, args) =>
      channel.$call(method, ...args),
    );
    expect(await calls.offer()).toMatchObject({ ok: true, value: { packageName: 'Example 1.0' } });
    void calls.install();
    await fetching;
    await expect.poll(() => readdirSync(folder).length, { timeout: 20_000 }).toBe(2);
    child.disconnect();
    const [status] = (await once(child, 'exit')) as [number];
    rmSync(bundle);
    expect(status).toBe(0);
    expect(readdirSync(folder)).toEqual(['binding.node']);
  }, 60_000);

  it('says which host cannot be reached', async () => {
    server.close();
    await new Promise((closed) => server.on('close', closed));
    await expect(cudaOffer({ fetch }, manifest, folder)).rejects.toThrow(
      /127\.0\.0\.1.*could not be reached/,
    );
  });
});
