import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { libraryTelemetryOff } from '../../../extension/contract/libraryTelemetry.js';

/** What a program and its children asked of the system. */
export interface Trace {
  readonly status: number | null;
  readonly errors: string;
  /** Calls that make, bind or connect a socket, as strace prints them; a pair of pipes to a child is none. */
  readonly sockets: readonly string[];
  /** Files opened for reading, and files and folders made, opened for writing, renamed or removed. */
  readonly read: readonly string[];
  readonly written: readonly string[];
}

const CALLS =
  'network,open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,truncate';

/** Whether processes can be traced here: strace is installed and the system lets it. */
export const canTrace = (): boolean =>
  spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=none', process.execPath, '-e', '0'])
    .status === 0;

/** A folder for traced runs: an empty home, an empty temporary folder, and a place for what the test chooses. */
export class TracedPlace {
  readonly root = realpathSync(mkdtempSync(path.join(tmpdir(), 'wg-trace-')));
  readonly home = this.folder('home');
  readonly temporary = this.folder('tmp');
  readonly chosen = this.folder('chosen');
  private runs = 0;

  private folder(name: string): string {
    const made = path.join(this.root, name);
    mkdirSync(made);
    return made;
  }

  /** Runs a Node program under strace, in an environment that does not switch the library's telemetry off. */
  run(args: readonly string[]): Trace {
    const log = this.folder(`trace-${++this.runs}`);
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: this.home, TMPDIR: this.temporary };
    for (const name of [...Object.keys(libraryTelemetryOff), 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'VITEST'])
      Reflect.deleteProperty(env, name);
    // One file for each thread: no call is torn by another's.
    const options = ['-ff', '-y', '-qq', '-s', '256', '-e', `trace=${CALLS}`, '-o', path.join(log, 'of')];
    const { status, stderr } = spawnSync('strace', [...options, process.execPath, ...args], {
      cwd: this.chosen,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const lines = readdirSync(log).flatMap((name) => readFileSync(path.join(log, name), 'utf8').split('\n'));
    return { status, errors: stderr, ...parse(lines, this.chosen) };
  }

  /** Everything that lies in the home and in the temporary folder. */
  leftBehind(): string[] {
    return [this.home, this.temporary].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
    );
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

/** What only reads where it opens; what is made, moved or removed is named by its quoted arguments. */
const opens = /^(?:open|openat|openat2|creat)\(.*\) = \d+<(.*)>$/;
const changes = /^(?:mkdir|rename|unlink|rmdir|link|symlink|truncate)\w*\(/;
const succeeded = /\) = 0$/;

const parse = (lines: readonly string[], cwd: string): Pick<Trace, 'sockets' | 'read' | 'written'> => {
  const sockets: string[] = [];
  const read = new Set<string>();
  const written = new Set<string>();
  for (const line of lines) {
    if (
      /^(socket|connect|bind|listen|accept|sendto)\w*\(/.test(line) &&
      !line.startsWith('socketpair(AF_UNIX')
    )
      sockets.push(line);
    const opened = opens.exec(line)?.[1];
    if (opened !== undefined)
      (/O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^creat/.test(line) ? written : read).add(opened);
    else if (changes.test(line) && succeeded.test(line))
      for (const [, name] of line.matchAll(/"((?:[^"\\]|\\.)*)"/g)) written.add(path.resolve(cwd, name!));
  }
  return { sockets, read: [...read], written: [...written] };
};

/** Of `paths`, those that lie in none of the folders and are none of the files. */
export const outside = (paths: readonly string[], allowed: readonly string[]): string[] =>
  paths.filter((one) => !allowed.some((place) => one === place || one.startsWith(`${place}${path.sep}`)));
