import { parseArgs, type ParseArgsConfig } from 'node:util';
import { didYouMean } from '../engine/ground/nearest.js';
import { UsageError } from './command.js';

/** The flags of a command, as `parseArgs` takes them. */
export type Options = NonNullable<ParseArgsConfig['options']>;

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O }>
>;

/** Rewords `parseArgs` messages, by the error's code and the option in the message. */
const sentences: Readonly<
  Record<string, (option: string, message: string, known: readonly string[]) => string>
> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: (option, _, known) =>
    `There is no option ${option}.${didYouMean(option, known)}`,
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: (option, message) =>
    message.includes('does not take')
      ? `${option} takes no value.`
      : message.includes('ambiguous')
        ? `${option} needs a value; one that begins with a dash is written ${option}=-VALUE.`
        : `${option} needs a value.`,
};

const sentence = (thrown: unknown, options: Options): string => {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const option = /'(?:-\w, )?(--?[^' =]+)/.exec(message)?.[1];
  const known = Object.keys(options).map((name) => `--${name}`);
  const say = sentences[code];
  return option === undefined || say === undefined ? message : say(option, message, known);
};

/**
 * The flags and operands of a command line.
 * @throws UsageError that names the flag and suggests a similar one.
 */
export const parsed = <const O extends Options>(args: readonly string[], options: O): Parsed<O> => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (thrown) {
    throw new UsageError(sentence(thrown, options));
  }
};

/**
 * Requires a value from a list.
 * @throws UsageError that lists them.
 */
export const oneOf = <T extends string>(option: string, given: string, names: readonly T[]): T => {
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  const what = `${option} is one of ${names.join(', ')}, not ${JSON.stringify(given)}.`;
  throw new UsageError(what + didYouMean(given, names));
};
