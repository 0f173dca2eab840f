import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { libraryTelemetryOff } from '../../extension/contract/libraryTelemetry.js';
import { installHost } from './installHost.js';

export interface HostOptions {
  readonly vsix: string;
  /** Other extensions, as vsix files. */
  readonly extensions?: readonly string[];
  readonly workspace: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Asks whether the workspace is trusted, as the desktop does. */
  readonly trust?: boolean;
}

export interface Host {
  readonly version: string;
  readonly url: string;
  /** Profile, extensions, home: all of it goes with the host. */
  readonly folder: string;
  readonly log: () => string;
  /** Writes user settings, as somebody does while the window is open. */
  readonly changeSettings: (settings: Readonly<Record<string, unknown>>) => void;
  readonly stop: () => Promise<void>;
}

/** What a quiet window in a test needs: no tips, no updates, dialogs that can be typed into. */
const quiet = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'update.mode': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'files.simpleDialog.enable': true,
  'window.autoDetectColorScheme': false,
};

/** Starts a host on loopback with a fresh profile in which the vsix is installed. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { entry, node, version } = installHost();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-host-'));
  const [profile, extensions, home] = ['profile', 'extensions', 'home'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  fs.mkdirSync(path.join(profile, 'User'), { recursive: true });
  fs.mkdirSync(home);
  const kept: Record<string, unknown> = {
    ...quiet,
    'security.workspace.trust.enabled': options.trust ?? false,
  };
  const changeSettings = (settings: Readonly<Record<string, unknown>>): void => {
    Object.assign(kept, settings);
    fs.writeFileSync(path.join(profile, 'User/settings.json'), JSON.stringify(kept));
  };
  changeSettings(options.settings ?? {});
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home };
  for (const name of [
    'VSCODE_IPC_HOOK_CLI',
    'PASSWORD',
    'PORT',
    'NODE_OPTIONS',
    'XDG_CONFIG_HOME',
    'XDG_DATA_HOME',
    'VITEST',
    // The window's children switch it off themselves.
    ...Object.keys(libraryTelemetryOff),
    'NODE_ENV',
  ]) {
    Reflect.deleteProperty(env, name);
  }
  const places = [entry, '--user-data-dir', profile, '--extensions-dir', extensions];
  for (const vsix of [options.vsix, ...(options.extensions ?? [])])
    execFileSync(node, [...places, '--install-extension', vsix, '--force'], { env, stdio: 'pipe' });

  const port = await freePort();
  const logFile = path.join(folder, 'server.log');
  const output = fs.openSync(logFile, 'w');
  const server = spawn(
    node,
    [
      ...places,
      ...['--config', path.join(home, 'config.yaml'), '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.trust ? [] : ['--disable-workspace-trust']),
    ],
    { env, stdio: ['ignore', output, output], detached: true },
  );
  const log = (): string => fs.readFileSync(logFile, 'utf8');
  await answering(`http://127.0.0.1:${port}/healthz`, server, log);
  return {
    version,
    url: `http://localhost:${port}/?folder=${encodeURIComponent(options.workspace)}`,
    folder,
    log,
    changeSettings,
    stop: () => stop(server, folder),
  };
}

async function answering(url: string, server: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (server.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The host did not start: ${log()}`);
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
    process.kill(-server.pid, 'SIGTERM');
    await gone;
  }
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
