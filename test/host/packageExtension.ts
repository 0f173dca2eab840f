import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findChromium, installChromium, withoutBrowser } from './chromium.js';

const root = path.resolve(import.meta.dirname, '../..');
/** What the vsix is made of: sources and what is copied as it is. */
const parts = [
  ...['extension', 'webview', 'media', 'scripts/package.mjs', '.vscodeignore', 'esbuild.mjs'],
  ...['package.json', 'package-lock.json', 'package.nls.json', 'README.md', 'CHANGELOG.md'],
];

/** The vsix for this platform, or the one that VSIX names. */
export function extensionPackage(): string {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  return path.resolve(process.env.VSIX ?? path.join(root, `${name}-linux-${process.arch}-${version}.vsix`));
}

/**
 * Before the first test: finds a browser, and packages the extension unless there is a vsix that is newer than all it is
 * made of. Without a browser the run's last line says so.
 */
export default async function setup(): Promise<(() => void) | undefined> {
  await installChromium();
  if (findChromium() === undefined) return () => console.warn(withoutBrowser);
  packageExtension();
  return undefined;
}

function packageExtension(): void {
  const vsix = extensionPackage();
  if (process.env.VSIX !== undefined) return;
  const made = fs.existsSync(vsix) ? fs.statSync(vsix).mtimeMs : 0;
  if (parts.every((part) => changed(path.join(root, part)) < made)) return;
  execFileSync(process.execPath, ['scripts/package.mjs', `linux-${process.arch}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** When a file, or the newest file of a folder, was last changed; what the build itself writes there does not count. */
function changed(place: string): number {
  const stat = fs.statSync(place);
  if (!stat.isDirectory()) return place.includes('.generated.') ? 0 : stat.mtimeMs;
  return Math.max(...fs.readdirSync(place).map((name) => changed(path.join(place, name))), 0);
}
