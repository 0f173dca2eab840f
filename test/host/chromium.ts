import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';

/** A browser to drive, and what its process needs in its environment. */
export interface Browser {
  readonly executablePath: string;
  readonly env?: Readonly<Record<string, string>>;
}

const installed = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const folder = path.resolve(import.meta.dirname, '../../.test-host/chromium');
const shippedVersion = '153.0.0';
const shipped = path.join(folder, 'chromium');
/** Libraries that a machine without a desktop may lack; the package brings them along. */
const libraries = path.join(folder, 'al2023/lib');

/** The last line of a test run without a browser. */
export const withoutBrowser =
  'The end-to-end tests in a real VS Code did not run: there is no Chromium (Debian: apt-get install chromium; or name one in CHROMIUM).';

/** The machine's browser, else the one that {@link installChromium} has put beside the test host; undefined without. */
export const findChromium = (): Browser | undefined => {
  const own = installed.find((file) => file !== undefined && fs.existsSync(file));
  if (own !== undefined) return { executablePath: own };
  if (!fs.existsSync(path.join(folder, 'ready'))) return undefined;
  return { executablePath: shipped, ...(starts(shipped) ? {} : { env: withLibraries() }) };
};

/**
 * Puts the Chromium of an npm package into a folder that git ignores, where the machine has none (x64 Linux alone).
 * Nothing of the system is changed. A browser that cannot be had is said in one line, and {@link findChromium} finds none.
 */
export async function installChromium(): Promise<void> {
  if (findChromium() !== undefined || process.platform !== 'linux' || process.arch !== 'x64') return;
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    const name = `@sparticuz/chromium@${shippedVersion}`;
    execFileSync(
      'npm',
      ['install', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error', name],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const packed = path.join(folder, 'node_modules/@sparticuz/chromium/bin');
    await unpack(path.join(packed, 'chromium.br'), shipped);
    fs.chmodSync(shipped, 0o755);
    const archive = path.join(folder, 'al2023.tar');
    await unpack(path.join(packed, 'al2023.tar.br'), archive);
    fs.mkdirSync(path.join(folder, 'al2023'), { recursive: true });
    execFileSync('tar', ['-xf', archive, '-C', path.join(folder, 'al2023')]);
    if (!starts(shipped) && !starts(shipped, withLibraries())) throw new Error('it does not start here');
    fs.writeFileSync(path.join(folder, 'ready'), '');
  } catch (error) {
    console.warn(`No Chromium could be had: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

const unpack = (from: string, to: string): Promise<void> =>
  pipeline(fs.createReadStream(from), createBrotliDecompress(), fs.createWriteStream(to));

const withLibraries = (): Record<string, string> => ({
  LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
});

const starts = (file: string, env: Readonly<Record<string, string>> = {}): boolean =>
  spawnSync(file, ['--headless', '--no-sandbox', '--version'], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
    timeout: 30_000,
  }).status === 0;
