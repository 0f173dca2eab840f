import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const vsce = path.resolve(import.meta.dirname, '../../node_modules/@vscode/vsce/vsce');

/** A small extension that stands in for one which cannot be had in tests: its exports are the value of `exports`. */
export function fakeExtension(folder: string, publisher: string, name: string, exports: string): string {
  const place = path.join(folder, `${publisher}.${name}`);
  fs.mkdirSync(place, { recursive: true });
  const manifest = {
    ...{ name, publisher, version: '1.0.0', description: 'Stands in for an extension in tests.' },
    ...{ main: './main.js', activationEvents: [], engines: { vscode: '^1.90.0' } },
    capabilities: { untrustedWorkspaces: { supported: true } },
  };
  fs.writeFileSync(path.join(place, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(place, 'README.md'), 'Stands in for an extension in tests.\n');
  fs.writeFileSync(path.join(place, 'main.js'), `exports.activate = () => (${exports});\n`);
  const vsix = path.join(folder, `${publisher}.${name}.vsix`);
  execFileSync(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--out', vsix, '--allow-missing-repository', '--skip-license'],
    { cwd: place, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return vsix;
}
