import { execFile } from 'node:child_process';
import { GeometryError } from '../../../contract/errors.js';

/** What a program of the system answered. */
export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program with arguments, without a shell.
 * @throws GeometryError if it is missing or does not answer.
 */
export type RunCommand = (program: string, args: readonly string[]) => Promise<CommandResult>;

const timeoutMs = 30_000;
/** Ten thousand lines of a queue are about a megabyte. */
const mostOutput = 64 * 2 ** 20;

export const runCommand: RunCommand = (program, args) =>
  new Promise((resolve, reject) => {
    // A user's own format would change the parsed output.
    const env = { ...process.env, SQUEUE_FORMAT: undefined, SQUEUE_FORMAT2: undefined };
    execFile(
      program,
      [...args],
      { env, timeout: timeoutMs, maxBuffer: mostOutput, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve({ status: 0, stdout, stderr });
        } else if (error.code === 'ENOENT') {
          reject(new GeometryError('not-found', `There is no program ${program} here.`, { cause: error }));
        } else if (typeof error.code === 'number') {
          resolve({ status: error.code, stdout, stderr });
        } else {
          reject(new GeometryError('process-died', `${program} does not answer.`, { cause: error }));
        }
      },
    );
  });
