import * as texts from '../../extension/contract/numberText.js';
import { durationText } from '../../extension/contract/timeLeft.js';

/** Number formats in the locale of the page's strings. */
let locale = 'en';
export const setNumberLocale = (tag: string): void => {
  locale = tag;
};

/** Placeholder for a missing number, on every page. */
export const none = '–';

/** Significant digits, with powers of ten for numbers far from one. */
export const number = (value: number, digits = 3, minimum = 1): string =>
  texts.numberText(value, locale, digits, minimum);

/** A fixed number of decimals, for columns. */
export const decimals = (value: number, places: number): string => texts.decimalsText(value, locale, places);

export const integer = (value: number): string => texts.integerText(value, locale);

/** A distance in standard deviations. */
export const deviations = (z: number): string => texts.standardDeviations(z, locale);

/** A fraction as a percentage; near but below one it keeps the digits that distinguish it from 100 %. */
export const percent = (fraction: number): string => texts.percentText(fraction, locale);

export const bytes = (count: number): string => texts.bytesText(count, locale);

/** A duration in words. */
export const duration = (ms: number): string => durationText(ms, locale);

/** The locale's decimal and thousands separators, for the charts. */
export function separators(): string {
  const parts = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 1,
    useGrouping: 'always',
  }).formatToParts(12345.6);
  const sign = (type: 'decimal' | 'group'): string => parts.find((part) => part.type === type)?.value ?? '';
  return sign('decimal') + sign('group');
}

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);
