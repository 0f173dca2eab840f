// Opens the extension on the sample series: in desktop VS Code where `code` exists, else in code-server in the browser.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const sample = path.join(root, 'media');

const desktop = spawnSync('code', ['--extensionDevelopmentPath', root, sample], { stdio: 'inherit' });
if (desktop.error === undefined) process.exit(desktop.status ?? 1);

const harness = path.join(root, 'dist/host/startHost.mjs');
await build({
  entryPoints: [path.join(root, 'test/host/startHost.ts')],
  outfile: harness,
  bundle: true,
  platform: 'node',
  format: 'esm',
});
const { name, version } = (
  await import(pathToFileURL(path.join(root, 'package.json')).href, { with: { type: 'json' } })
).default;
const target = `linux-${process.arch}`;
const packaged = spawnSync(process.execPath, [path.join(root, '.ci/package.mjs'), target], {
  stdio: 'inherit',
});
if (packaged.status !== 0) process.exit(1);

const { startHost } = await import(pathToFileURL(harness).href);
const host = await startHost({
  vsix: path.join(root, `${name}-${target}-${version}.vsix`),
  workspace: sample,
});
console.log(`VS Code is at ${host.url} (Ctrl+C ends it).`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void host.stop().then(() => process.exit(0)));
