import { findChromium, withoutBrowser } from './chromium.js';
import { closeBrowser, openWindow, type HostWindow } from './hostWindow.js';
import { extensionPackage } from './packageExtension.js';
import { sampleWorkspace } from './sampleWorkspace.js';
import { startHost, type Host } from './startHost.js';

/**
 * Whether these tests can run here. Outside CI a machine without a browser leaves them out and says so; in CI it is
 * a failure.
 */
export function canRun(): boolean {
  if (findChromium() !== undefined || process.env.CI === 'true') return true;
  console.warn(withoutBrowser);
  return false;
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
  /** Other extensions beside the product, as vsix files. */
  readonly extensions?: readonly string[];
}

/** A host with the vsix in it, and a window on a fresh workspace. */
export async function startSession(options: SessionOptions = {}): Promise<Session> {
  const workspace =
    options.folder === undefined ? sampleWorkspace() : { folder: options.folder, remove: () => undefined };
  const host = await startHost({
    vsix: extensionPackage(),
    workspace: workspace.folder,
    ...(options.extensions ? { extensions: options.extensions } : {}),
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
