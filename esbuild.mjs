// Builds dist/: the extension host's bundle, the child processes' bundle, the command line, the webview page.
import fs from 'node:fs';
import { build, context } from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const { version } = JSON.parse(fs.readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const shared = {
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  define: { PRODUCT_VERSION: JSON.stringify(version) },
};
const node = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', 'onnxruntime-node', 'sql.js'],
};
const page = {
  ...shared,
  platform: 'browser',
  target: 'es2022',
  minify: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // Plotly's registry carries the style sheet of map traces, which the page does not have.
  alias: { 'maplibre-gl/dist/maplibre-gl.css': './webview/styles/noMaps.css' },
  define: { ...shared.define, global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
};

const targets = [
  { ...node, entryPoints: { extension: 'extension/extension.ts' }, outdir: 'dist' },
  {
    ...node,
    entryPoints: { engine: 'extension/engine/main.ts', cli: 'extension/cli/main.ts' },
    outdir: 'dist',
    // The library of one command, which the others need not parse.
    external: [...node.external, './protocol.js'],
  },
  { ...node, entryPoints: { protocol: 'extension/cli/mcp/protocol.ts' }, outdir: 'dist', minify: true },
  // The panel's page takes plots in space from a file of their own, when there are any to draw.
  {
    ...page,
    entryPoints: { page: 'webview/page.tsx' },
    outdir: 'dist/webview',
    format: 'esm',
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
  },
  // A report is one file: its page is too.
  {
    ...page,
    entryPoints: { report: 'webview/page.tsx' },
    outdir: 'dist/report',
    format: 'iife',
    sourcemap: false,
  },
].filter((target) => Object.values(target.entryPoints).every((entry) => fs.existsSync(entry)));

// Parts are named by their content: those of an earlier build would be packaged too.
fs.rmSync('dist/webview', { recursive: true, force: true });
if (watch) {
  for (const target of targets) await (await context(target)).watch();
} else {
  await Promise.all(targets.map((target) => build(target)));
}
