import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../inspection/seriesFixture.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dist = path.join(root, 'node_modules', '.cache', 'weight-geometry', `mcp-${process.pid}`);
let folder: string;
let client: Client;

/** Every file of a folder with its size and time. */
const listing = (place: string): string[] =>
  readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { size, mtimeMs } = statSync(path.join(place, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .sort();

const connect = async (place: string): Promise<Client> => {
  const made = new Client({ name: 'test', version: '1' });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: path.join(folder, 'home'),
    TMPDIR: path.join(folder, 'tmp'),
  };
  const command = { command: process.execPath, args: [path.join(dist, 'cli.js'), 'mcp', place], env };
  await made.connect(new StdioClientTransport({ ...command, cwd: folder, stderr: 'ignore' }));
  return made;
};

beforeAll(async () => {
  await build({
    entryPoints: { cli: path.join(root, 'extension/cli/main.ts') },
    ...{ outdir: dist, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' },
    external: ['onnxruntime-node'],
    define: { PRODUCT_VERSION: '"0.0.0"' },
  });
  folder = mkdtempSync(path.join(tmpdir(), 'wg-mcp-'));
  for (const name of ['home', 'tmp', 'work', 'work/series', 'work/large']) mkdirSync(path.join(folder, name));
  const diagonal = (first: number) => ({
    'a\u001b[31m': { shape: [3, 3], values: [first, 0, 0, 0, 1, 0, 0, 0, 1] },
  });
  writeSafetensors(path.join(folder, 'work/series/step_1.safetensors'), diagonal(2));
  writeSafetensors(path.join(folder, 'work/series/step_2.safetensors'), diagonal(5));
  const n = 700;
  for (const step of [1, 2, 3, 4]) {
    const values = Array.from({ length: n * n }, (_, i) => Math.sin(i * step));
    writeSafetensors(path.join(folder, `work/large/step_${step}.safetensors`), {
      w: { shape: [n, n], values },
    });
  }
  writeFileSync(path.join(folder, 'secret.safetensors'), 'secret');
  client = await connect(path.join(folder, 'work'));
}, 60_000);
afterAll(async () => {
  await client.close();
  for (const made of [folder, dist]) if (existsSync(made)) rmSync(made, { recursive: true });
});

const textOf = (result: Awaited<ReturnType<Client['callTool']>>): string =>
  result.content.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('the official client over standard input and output', () => {
  it('lists the tools, all of them for reading only', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_series', 'inspect', 'compare', 'explain_warning']);
    for (const { annotations, inputSchema } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
      expect(inputSchema).toMatchObject({ additionalProperties: false });
    }
  });

  it('has the numbers beside their nulls, with progress, and no control character of a name', async () => {
    const told: number[] = [];
    const result = await client.callTool(
      { name: 'inspect', arguments: { path: 'series' } },
      { onprogress: ({ progress }) => told.push(progress) },
    );
    const text = textOf(result);
    expect(result.isError ?? false).toBe(false);
    expect(text).toMatch(/‖W‖₂ +null/);
    expect(text).toContain('a\\u001b[31m');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/5 shuffles of the entries/);
    expect(told.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it('compares two checkpoints', async () => {
    const two = { path: 'series/step_2.safetensors', base: 'series/step_1.safetensors' };
    const text = textOf(await client.callTool({ name: 'compare', arguments: two }));
    expect(text).toContain('Compared with');
    expect(text).toMatch(/with their entries in another order it would be/);
  });

  it('refuses wrong arguments, unknown tools and paths outside, in a sentence with a code', async () => {
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ['inspect', {}, /path is missing/],
      ['inspect', { path: 'series', train: true }, /there is no argument "train"/],
      ['inspect', { path: '../secret.safetensors' }, /outside of the folders/],
      ['inspect', { path: '/etc/passwd' }, /outside of the folders/],
      ['inspect', { path: 'nothing' }, /\[not-found\]/],
      ['explain_warning', { code: 'x' }, /There is no code/],
      ['train', { out: 'x' }, /There is no tool "train"/],
    ];
    for (const [name, args, message] of wrong) {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError, name).toBe(true);
      expect(textOf(result)).toMatch(message);
    }
  });

  it('stops when the call is cancelled, and answers the next', async () => {
    const controller = new AbortController();
    const call = client.callTool(
      { name: 'inspect', arguments: { path: 'large' } },
      { signal: controller.signal, onprogress: () => controller.abort() },
    );
    await expect(call).rejects.toThrow();
    const next = await client.callTool({ name: 'explain_warning', arguments: { code: 'cancelled' } });
    expect(textOf(next)).toMatch(/^cancelled: /);
  });

  it('writes nothing, wherever it may', async () => {
    const before = listing(folder);
    for (const [name, args] of [
      ['list_series', {}],
      ['inspect', { path: 'series' }],
      ['compare', { path: 'series/step_2.safetensors', base: 'series/step_1.safetensors' }],
      ['explain_warning', { code: 'internal' }],
    ] as const) {
      expect((await client.callTool({ name, arguments: args })).isError ?? false).toBe(false);
    }
    expect(listing(folder)).toEqual(before);
  });

  it('ends when the client has gone', async () => {
    const other = await connect(path.join(folder, 'work/series'));
    const listed = textOf(await other.callTool({ name: 'list_series', arguments: {} }));
    expect(listed).toMatch(/1 to 2/);
    const { pid } = other.transport as StdioClientTransport;
    await other.close();
    for (let tries = 0; tries < 100 && isThere(pid!); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isThere(pid!)).toBe(false);
  });
});

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
