import { providerNames, type ProviderName } from '../contract/run.js';
import { UsageError } from './command.js';

/** The value of an option that takes a whole number from 1; undefined where it was not given. */
export const wholeNumber = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${option} takes a number.`);
  return Number(text);
};

const isProvider = (name: string): name is ProviderName =>
  (providerNames as readonly string[]).includes(name);

/** The value of `--provider`. */
export const providerNamed = (name: string): ProviderName => {
  if (!isProvider(name)) throw new UsageError(`--provider is one of ${providerNames.join(', ')}.`);
  return name;
};
