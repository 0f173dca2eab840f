import { fork } from 'node:child_process';
import fs from 'node:fs';
import { createBirpc } from 'birpc';
import type { CallSchemas } from '../contract/boundary.js';
import { callsOver } from '../contract/boundary.js';
import { libraryTelemetryOff } from '../contract/libraryTelemetry.js';

export type Role = 'reader' | 'compute' | 'trainer' | 'installer' | 'gpu' | 'check';

/** How a child process ended: by itself, or ended by this side. */
export interface End {
  readonly expected: boolean;
  /** For the log: "exit code 1", "signal SIGKILL", "on request". */
  readonly how: string;
}

export interface EngineProcess<Calls> {
  readonly calls: Calls;
  readonly pid: number | undefined;
  readonly ended: Promise<End>;
  /** Ends the process now, whatever it is doing. */
  kill(): void;
  /** Detaches: closes the channel. The process ends or continues, as its request said. */
  leave(): void;
  /** Closes the channel of a process that has finished, so that it exits. */
  finish(): void;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

export interface ProcessOptions<Calls extends object> {
  /** The bundle of the child processes. */
  readonly bundle: string;
  readonly role: Role;
  readonly args: readonly string[];
  readonly schemas: CallSchemas<Calls>;
  /** Receivers of the child's events, already validated. */
  readonly events: Functions;
  /** A line that the child wrote to its standard output or error. */
  readonly onOutput: (line: string) => void;
  /**
   * A process that may outlive this one writes its output to a file: a pipe would break when its reader ends.
   */
  readonly outputFile?: string;
  /** Additional environment variables of the child, such as the search path of native libraries. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Forks the engine in a role. After its end, open and new calls answer with the error `process-died`. */
export function startEngineProcess<Calls extends object>(
  options: ProcessOptions<Calls>,
): EngineProcess<Calls> {
  const output = options.outputFile === undefined ? 'pipe' : fs.openSync(options.outputFile, 'a');
  const child = fork(options.bundle, [options.role, ...options.args], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ...options.environment, ...libraryTelemetryOff },
    stdio: ['ignore', output, output, 'ipc'],
    detached: output !== 'pipe',
  });
  if (output !== 'pipe') fs.closeSync(output);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim() !== '') options.onOutput(line.trimEnd());
    });
  }
  const channel = createBirpc<Functions, Functions>(options.events, {
    post: (message) =>
      new Promise<void>((resolve, reject) => {
        if (!child.connected) reject(new Error('the channel is closed'));
        else child.send(message as object, (error) => (error ? reject(error) : resolve()));
      }),
    on: (receive) => child.on('message', receive),
    resolver: (name) => (Object.hasOwn(options.events, name) ? options.events[name] : undefined),
    timeout: -1,
  });

  let expected = false;
  const ended = new Promise<End>((resolve) => {
    const end = (how: string): void => {
      if (!channel.$closed) channel.$close(new Error(how));
      resolve({ expected, how });
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => {
      // This side ends an idle child with this signal.
      if (signal) end(expected ? 'on request' : `signal ${signal}`);
      else end(`exit code ${String(code)}`);
    });
  });
  return {
    calls: callsOver(options.schemas, (method, args) => channel.$call(method, ...args)),
    pid: child.pid,
    ended,
    kill: () => {
      expected = true;
      child.kill('SIGKILL');
    },
    leave: () => {
      expected = true;
      if (child.connected) child.disconnect();
      child.unref();
    },
    finish: () => {
      if (child.connected) child.disconnect();
    },
  };
}
