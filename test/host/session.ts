import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { browserPath, closeBrowser, openWindow, type HostWindow } from './hostWindow.js';
import { sampleWorkspace } from './sampleWorkspace.js';
import { startHost, type Host } from './startHost.js';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Whether these tests can run here. Outside CI a machine without a browser leaves them out and says so; in CI it is
 * a failure.
 */
export function canRun(): boolean {
  if (browserPath() !== undefined || process.env.CI === 'true') return true;
  console.warn(
    'No Chromium on this machine: the tests in a real VS Code are left out (apt-get install chromium).',
  );
  return false;
}

/** The newest vsix for this platform, made when there is none; VSIX names another. */
function packaged(): string {
  const given = process.env.VSIX;
  if (given !== undefined) return path.resolve(given);
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const target = `linux-${process.arch}`;
  const vsix = path.join(root, `${name}-${target}-${version}.vsix`);
  if (!fs.existsSync(vsix)) {
    execFileSync(process.execPath, ['.ci/package.mjs', target], { cwd: root, stdio: 'inherit' });
  }
  return vsix;
}

export interface Session {
  readonly host: Host;
  readonly folder: string;
  readonly window: HostWindow;
  readonly end: () => Promise<void>;
}

export interface SessionOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trust?: boolean;
  /** Another folder than the sample workspace. */
  readonly folder?: string;
}

/** A host with the vsix in it, and a window on a fresh workspace. */
export async function startSession(options: SessionOptions = {}): Promise<Session> {
  const workspace =
    options.folder === undefined ? sampleWorkspace() : { folder: options.folder, remove: () => undefined };
  const host = await startHost({
    vsix: packaged(),
    workspace: workspace.folder,
    ...(options.settings ? { settings: options.settings } : {}),
    ...(options.trust === undefined ? {} : { trust: options.trust }),
  });
  const window = await openWindow(host.url);
  return {
    host,
    folder: workspace.folder,
    window,
    end: async () => {
      await closeBrowser();
      await host.stop();
      workspace.remove();
    },
  };
}
