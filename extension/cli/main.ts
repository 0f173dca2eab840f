import { isMainThread } from 'node:worker_threads';
import { GeometryError, toErrorValue } from '../contract/errors.js';
import { forTerminal, printableLine } from '../contract/printable.js';
import { collectSeldom } from '../engine/ground/collector.js';
import { productVersion } from '../engine/ground/versions.js';
import { didYouMean } from '../engine/ground/nearest.js';
import type { Command, CommandConsole } from './command.js';
import { UsageError } from './command.js';
import { commands } from './commands.js';
import { commandThread, startCommandThread } from './commandThread.js';
import { gpuCommand } from './gpuCommand.js';
import { runWithCudaFrom, takeCudaFrom } from './withCudaFolder.js';

const help = (): string =>
  [
    'Weight Geometry: the geometry of neural-network weights.',
    '',
    'Usage: weight-geometry COMMAND [ARGUMENTS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`),
    '',
    'weight-geometry help COMMAND says more. Exit status: 0 success, 1 unusable input, 2 wrong usage,',
    '130 or 143 after SIGINT or SIGTERM.',
    '',
  ].join('\n');

/**
 * The command of a name.
 * @throws UsageError that suggests a similar name.
 */
const commandNamed = (name: string): Command => {
  const found = commands.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const known = commands.map((candidate) => candidate.name);
  throw new UsageError(`There is no command ${JSON.stringify(name)}.${didYouMean(name, known)}`);
};

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError('Name a command.');
  if (name === '--version' || name === '-V') return (console.out(`${productVersion}\n`), 0);
  if (name === '--help' || name === '-h' || name === 'help') {
    console.out(rest[0] === undefined ? help() : commandNamed(rest[0]).usage);
    return 0;
  }
  const command = commandNamed(name);
  if (rest.includes('--help') || rest.includes('-h')) return (console.out(command.usage), 0);
  return command.run(rest, console);
};

/** Prints one line on standard error and returns the exit status for an exception. */
const report = (thrown: unknown, error: (text: string) => void): number => {
  if (thrown instanceof UsageError) {
    const [name] = process.argv.slice(2);
    const isCommand = commands.some((command) => command.name === name);
    const more = isCommand ? `weight-geometry ${name} --help` : 'weight-geometry --help';
    error(`weight-geometry: ${printableLine(thrown.message)} See ${more}.\n`);
    return 2;
  }
  const { message, cause } = toErrorValue(thrown);
  error(`weight-geometry: ${printableLine(message)}\n`);
  // A defect of the product: the log is for the person who reports it.
  if (!(thrown instanceof GeometryError) && cause !== undefined) error(`${cause}\n`);
  return 1;
};

const main = async (): Promise<void> => {
  const error = (text: string): void => void process.stderr.write(forTerminal(text));
  const { isTerminal, signal } = commandThread();
  process.exitCode = await run(process.argv.slice(2), {
    // Strings in JSON may be escaped: it stays the same JSON.
    out: (text) => void process.stdout.write(forTerminal(text)),
    ...{ error, isTerminal, signal },
  }).catch((thrown: unknown) => report(thrown, error));
};

/**
 * Whether a command computes in its own process, which must then start with CUDA's files. `gpu` starts others.
 */
const computesHere = ([name, ...args]: readonly string[]): boolean => {
  const command = commands.find((candidate) => candidate.name === name);
  if (command === gpuCommand || command?.options['cuda-from'] === undefined) return false;
  return command.computesHere?.(args) ?? true;
};

const start = async (): Promise<void> => {
  collectSeldom();
  const args = process.argv.slice(2);
  try {
    const taken = takeCudaFrom(args);
    if (taken.folders.length === 0 || !computesHere(args)) startCommandThread(__filename);
    else process.exitCode = await runWithCudaFrom(__filename, taken);
  } catch (thrown) {
    process.exitCode = report(thrown, (text) => void process.stderr.write(forTerminal(text)));
  }
};

void (isMainThread ? start() : main());
