import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { readTrackio } from '../../../extension/engine/metrics/trackio.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Modules of Node through which a program reaches another machine. */
const network = ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'inspector'].flatMap((name) => [
  name,
  `node:${name}`,
  `${name}/promises`,
  `node:${name}/promises`,
]);

describe('the bundles of the host, the child processes and the command', () => {
  it('open no connection but to the address that the command is given; the installer alone takes the global fetch', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: {
        engine: 'extension/engine/main.ts',
        cli: 'extension/cli/main.ts',
        extension: 'extension/extension.ts',
      },
      outdir: 'dist',
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'cjs',
      // As the build leaves them out; what they do is tried below and under strace.
      external: ['vscode', 'onnxruntime-node', 'sql.js'],
      define: { PRODUCT_VERSION: '"0.0.0"' },
      logLevel: 'error',
    });
    const importedBy = (bundle: string): string[] =>
      metafile.outputs[`dist/${bundle}.js`]!.imports.map((one) => one.path);
    for (const bundle of ['engine', 'extension']) {
      expect(importedBy(bundle)).toContain('node:fs');
      expect(importedBy(bundle).filter((name) => network.includes(name))).toEqual([]);
    }
    // The command asks Ray, at the address that it is given with --address.
    const connecting = Object.entries(metafile.inputs)
      .filter(([, { imports }]) => imports.some((one) => network.includes(one.path)))
      .map(([file]) => path.basename(file));
    expect(connecting).toEqual(['sendRequest.ts']);

    const reaching = Object.keys(metafile.inputs).filter((file) =>
      /globalThis\.fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon/.test(
        readFileSync(path.join(root, file), 'utf8'),
      ),
    );
    expect(reaching.map((file) => path.basename(file))).toEqual(['installer.ts']);
  });

  it('hold a reader of databases that fetches nothing, though its code for browsers could', async () => {
    const asked: unknown[] = [];
    const refuse = (what: unknown): never => {
      asked.push(what);
      throw new Error('no network');
    };
    vi.stubGlobal('fetch', refuse);
    vi.stubGlobal(
      'XMLHttpRequest',
      class {
        open = refuse;
      },
    );
    try {
      const { curves } = await readTrackio(path.join(root, 'test/fixtures/metrics/trackio/grok.db'));
      expect(curves.length).toBeGreaterThan(0);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(asked).toEqual([]);
  });
});
