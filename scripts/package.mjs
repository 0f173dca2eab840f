// Makes the vsix of one platform: node scripts/package.mjs [linux-x64 | linux-arm64 | darwin-arm64 | win32-x64 | win32-arm64]
// The native runtime is copied beside the bundles, with the binaries of that platform alone.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const target = process.argv[2] ?? 'linux-x64';
const most = 40e6;

const binaries = path.join(root, 'node_modules/onnxruntime-node/bin/napi-v6', ...target.split('-'));
if (!/^[\w]+-[\w]+$/.test(target) || !fs.existsSync(binaries)) {
  console.error(`The runtime has no binaries for "${target}".`);
  process.exit(1);
}

const modules = path.join(root, 'dist/node_modules');
fs.rmSync(modules, { recursive: true, force: true });
const take = (name, parts) => {
  for (const part of parts) {
    fs.cpSync(path.join(root, 'node_modules', name, part), path.join(modules, name, part), {
      recursive: true,
    });
  }
};
take('onnxruntime-node', ['package.json', 'dist', `bin/napi-v6/${target.replace('-', '/')}`]);
take('sql.js', ['package.json', 'LICENSE', 'dist/sql-wasm.js', 'dist/sql-wasm.wasm']);
take('onnxruntime-common', ['package.json', 'dist/cjs']);

const { name, version, repository } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const vsix = path.join(root, `${name}-${target}-${version}.vsix`);
execFileSync(
  process.execPath,
  [
    path.join(root, 'node_modules/@vscode/vsce/vsce'),
    ...['package', '--no-dependencies', '--target', target, '--out', vsix],
    ...(repository === undefined ? ['--allow-missing-repository', '--no-rewrite-relative-links'] : []),
    '--skip-license',
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
const { size } = fs.statSync(vsix);
console.log(`${path.basename(vsix)}: ${(size / 1e6).toFixed(1)} MB`);
if (size > most) {
  console.error(`More than ${most / 1e6} MB.`);
  process.exit(1);
}
