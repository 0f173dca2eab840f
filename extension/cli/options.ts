import { providerNames, type ProviderName } from '../contract/run.js';
import { oneOf } from './arguments.js';
import { UsageError } from './command.js';

/** A positive whole number option; undefined if not given. */
export const wholeNumber = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`${option} takes a whole number from 1, not ${JSON.stringify(text)}.`);
  return Number(text);
};

/** The value of `--provider`. */
export const providerNamed = (name: string): ProviderName => oneOf('--provider', name, providerNames);
