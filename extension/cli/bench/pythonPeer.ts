import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { libraryTelemetryOff } from '../../contract/libraryTelemetry.js';

/** A benchmark's peer: a Python script in its own process that answers each line with a line of JSON. */
export interface PythonPeer {
  /** Version of the library that does the work. */
  readonly version: string;
  /** The answer to one line. */
  ask(line: string): Promise<Record<string, unknown>>;
  end(): void;
}

const scripts = path.join(__dirname, '..', 'test', 'bench', 'peers');

/** Peers are scripts of the repository: an installed extension has none. */
export const hasPeers = (): boolean => existsSync(scripts);

/** Starts a script of test/bench/peers; undefined if it, Python or one of its imports is missing. */
export const startPythonPeer = async (
  script: string,
  args: readonly string[] = [],
  python = 'python3',
): Promise<PythonPeer | undefined> => {
  const file = path.join(scripts, script);
  if (!existsSync(file)) return undefined;
  const child = spawn(python, [file, ...args], {
    env: { ...process.env, ...libraryTelemetryOff },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<undefined>((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(undefined));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown> | undefined> => {
    const line = await Promise.race([lines.next(), ended]);
    return line?.done === false ? (JSON.parse(line.value) as Record<string, unknown>) : undefined;
  };
  const hello = await answer();
  if (hello === undefined) return undefined;
  return {
    version: String(hello.version),
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      const reply = await answer();
      if (reply === undefined) throw new Error(`The peer ${script} ended early.`);
      return reply;
    },
    end: () => child.stdin.end(),
  };
};
