import type { Options } from './arguments.js';

/** One subcommand: a row of `commands.ts`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Synopsis and options, as `--help` prints them. */
  readonly usage: string;
  /** Its flags, as `parseArgs` takes them. */
  readonly options: Options;
  /** Allowed values of a flag, by its name, if they are a list. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Whether it computes in its own process with these arguments; absent: always. */
  readonly computesHere?: (args: readonly string[]) => boolean;
  /** Words that may follow the command, in addition to paths. */
  readonly operands?: readonly string[];
  /**
   * @returns the exit status.
   * @throws UsageError for wrong arguments (status 2), GeometryError for unusable input (status 1).
   */
  readonly run: (args: readonly string[], console: CommandConsole) => Promise<number>;
}

/** Output of a command: results to `out`, progress and warnings to `error`. */
export interface CommandConsole {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Standard error is a terminal: progress is a redrawn bar. */
  readonly isTerminal: boolean;
  /** Aborted by Ctrl+C and by a termination signal. */
  readonly signal: AbortSignal;
}

/** Wrong use of the command line: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
