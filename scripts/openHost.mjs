// Opens the extension on the sample series: in desktop VS Code if `code` exists, otherwise in code-server in
// the browser.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const sample = path.join(root, 'media');

// On Windows `code` is a script, which needs a shell.
const inShell = process.platform === 'win32';
const hasDesktop = spawnSync('code', ['--version'], { stdio: 'ignore', shell: inShell }).status === 0;
if (hasDesktop) {
  const quoted = (text) => (inShell ? `"${text}"` : text);
  const args = [`--extensionDevelopmentPath=${root}`, sample].map(quoted);
  process.exit(spawnSync('code', args, { stdio: 'inherit', shell: inShell }).status ?? 1);
}
if (process.platform !== 'linux') {
  console.error(
    'The command "code" is not on the path. In VS Code: Shell Command: Install \'code\' command in PATH.',
  );
  process.exit(1);
}

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
const packaged = spawnSync(process.execPath, [path.join(root, 'scripts/package.mjs'), target], {
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
