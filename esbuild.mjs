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
  {
    ...shared,
    entryPoints: { page: 'webview/page.tsx' },
    outdir: 'dist/webview',
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Plotly's registry carries the style sheet of map traces, which the page does not have.
    alias: { 'maplibre-gl/dist/maplibre-gl.css': './webview/styles/noMaps.css' },
    define: { ...shared.define, global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  },
].filter((target) => Object.values(target.entryPoints).every((entry) => fs.existsSync(entry)));

if (watch) {
  for (const target of targets) await (await context(target)).watch();
} else {
  await Promise.all(targets.map((target) => build(target)));
}
