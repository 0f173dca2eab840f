/** Numbers as people read them, in the locale of the page's strings. */
let locale = 'en';
export const setNumberLocale = (tag: string): void => {
  locale = tag;
};

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const raised = (exponent: string): string =>
  exponent.replace('-', '⁻').replaceAll(/\d/g, (digit) => superscripts[Number(digit)]!);

/** Significant digits, with powers of ten where a number is far from one. */
export function number(value: number, digits = 3, minimum = 1): string {
  const size = Math.abs(value);
  const far = size !== 0 && (size < 1e-3 || size >= 1e6);
  return new Intl.NumberFormat(locale, {
    minimumSignificantDigits: minimum,
    maximumSignificantDigits: digits,
    ...(far ? { notation: 'scientific' } : {}),
  })
    .format(value)
    .replace(/E([-\d]+)$/, (_, exponent: string) => ` × 10${raised(exponent)}`);
}

/** A fixed number of decimals, for columns that are read downwards. */
export const decimals = (value: number, places: number): string =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: places }).format(
    value,
  );

export const integer = (value: number): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);

/** A fraction as a percentage; near but below one it keeps the digits that tell it from 100 %. */
export const percent = (fraction: number): string =>
  new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: fraction > 0.999 && fraction < 1 ? 3 : fraction > 0.99 && fraction < 1 ? 2 : 1,
  }).format(fraction);

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

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);

export const pluralCategory = (value: number): Intl.LDMLPluralRule =>
  new Intl.PluralRules(locale).select(value);
