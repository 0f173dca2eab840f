import { durationText } from '../../extension/contract/timeLeft.js';

/** Number formats in the locale of the page's strings. */
let locale = 'en';
const formats = new Map<string, Intl.NumberFormat>();
export const setNumberLocale = (tag: string): void => {
  locale = tag;
  formats.clear();
};

/** Creating a format costs some hundred times as much as using it, and a chart formats thousands of numbers. */
function formatOf(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  let format = formats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(name, format);
  }
  return format;
}

/** Placeholder for a missing number, on every page. */
export const none = '–';

/**
 * The typographic minus sign, as in the charts: a hyphen is short, and looks like the placeholder of a missing
 * number.
 */
const withMinus = (text: string): string => text.replace('-', '−');

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const raised = (exponent: string): string =>
  exponent.replace('-', '⁻').replaceAll(/\d/g, (digit) => superscripts[Number(digit)]!);

/** Significant digits, with powers of ten for numbers far from one. */
export function number(value: number, digits = 3, minimum = 1): string {
  const size = Math.abs(value);
  const far = size !== 0 && (size < 1e-3 || size >= 1e6);
  const text = formatOf(`number ${digits} ${minimum} ${far}`, {
    minimumSignificantDigits: minimum,
    maximumSignificantDigits: digits,
    ...(far ? { notation: 'scientific' } : {}),
  })
    .format(value)
    .replace(/E([-\d]+)$/, (_, exponent: string) => ` × 10${raised(exponent)}`);
  return withMinus(text);
}

/** A fixed number of decimals, for columns. */
export const decimals = (value: number, places: number): string =>
  withMinus(
    formatOf(`decimals ${places}`, { minimumFractionDigits: places, maximumFractionDigits: places }).format(
      value,
    ),
  );

export const integer = (value: number): string =>
  withMinus(formatOf('integer', { maximumFractionDigits: 0 }).format(value));

/** A fraction as a percentage; near but below one it keeps the digits that distinguish it from 100 %. */
export const percent = (fraction: number): string => {
  // A small share must not be rounded to zero.
  if (fraction > 0 && fraction < 5e-4) {
    const small = formatOf('percent small', { style: 'percent', maximumSignificantDigits: 1 });
    return fraction < 1e-6 ? `< ${small.format(1e-6)}` : small.format(fraction);
  }
  const places = fraction > 0.999 && fraction < 1 ? 3 : fraction > 0.99 && fraction < 1 ? 2 : 1;
  const format = formatOf(`percent ${places}`, { style: 'percent', maximumFractionDigits: places });
  return withMinus(format.format(fraction));
};

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function bytes(count: number): string {
  const power = Math.min(
    byteUnits.length - 1,
    count > 0 ? Math.max(0, Math.floor(Math.log10(count) / 3)) : 0,
  );
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: byteUnits[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  }).format(count / 1000 ** power);
}

/** A duration in words. */
export const duration = (ms: number): string => durationText(ms, locale);

/** The locale's decimal and thousands separators, for the charts. */
export function separators(): string {
  const parts = formatOf('separators', { minimumFractionDigits: 1, useGrouping: 'always' }).formatToParts(
    12345.6,
  );
  const sign = (type: 'decimal' | 'group'): string => parts.find((part) => part.type === type)?.value ?? '';
  return sign('decimal') + sign('group');
}

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);
