import { isMainThread } from 'node:worker_threads';
import { GeometryError, toErrorValue } from '../contract/errors.js';
import { forTerminal, printableLine } from '../contract/printable.js';
import { productVersion } from '../engine/ground/versions.js';
import { benchCommand } from './benchCommand.js';
import type { Command, CommandConsole } from './command.js';
import { UsageError } from './command.js';
import { exportLoraCommand } from './exportLoraCommand.js';
import { gpuCommand } from './gpuCommand.js';
import { inspectCommand } from './inspectCommand.js';
import { reproduceCommand } from './reproduceCommand.js';
import { commandThread, startCommandThread } from './commandThread.js';
import { sweepCommand } from './sweepCommand.js';
import { trainCommand } from './trainCommand.js';

/** Every subcommand: to add one is to add a file and a row. */
const commands: readonly Command[] = [
  inspectCommand,
  trainCommand,
  sweepCommand,
  reproduceCommand,
  exportLoraCommand,
  benchCommand,
  gpuCommand,
];

const help = (): string =>
  [
    'Weight Geometry: the geometry of neural-network weights.',
    '',
    'Usage: weight-geometry COMMAND [ARGUMENTS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`),
    '',
    'weight-geometry COMMAND --help says more. Exit status: 0 success, 1 unusable input, 2 wrong usage,',
    '130 or 143 after SIGINT or SIGTERM.',
    '',
  ].join('\n');

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError('Name a command.');
  if (name === '--help' || name === '-h' || name === 'help') return (console.out(help()), 0);
  if (name === '--version' || name === '-V') return (console.out(`${productVersion}\n`), 0);
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command ${JSON.stringify(name)}.`);
  if (rest.includes('--help') || rest.includes('-h')) return (console.out(command.usage), 0);
  return command.run(rest, console);
};

/** One line on standard error and the exit status for what was thrown. */
const report = (thrown: unknown, error: (text: string) => void): number => {
  if (thrown instanceof UsageError) {
    error(`weight-geometry: ${printableLine(thrown.message)} See weight-geometry --help.\n`);
    return 2;
  }
  const { message, cause } = toErrorValue(thrown);
  error(`weight-geometry: ${printableLine(message)}\n`);
  // A defect of ours: the log belongs to the person who will report it.
  if (!(thrown instanceof GeometryError) && cause !== undefined) error(`${cause}\n`);
  return 1;
};

const main = async (): Promise<void> => {
  const error = (text: string): void => void process.stderr.write(forTerminal(text));
  const { isTerminal, signal } = commandThread();
  process.exitCode = await run(process.argv.slice(2), {
    // What JSON holds inside its strings may be escaped there: it stays the same JSON.
    out: (text) => void process.stdout.write(forTerminal(text)),
    ...{ error, isTerminal, signal },
  }).catch((thrown: unknown) => report(thrown, error));
};

if (isMainThread) startCommandThread(__filename);
else void main();
