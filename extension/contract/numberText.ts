/**
 * Numbers as people read them, in a locale: one format for each kind of quantity, on pages, in tooltips and in notices
 * alike.
 */
const formats = new Map<string, Intl.NumberFormat>();

/** Creating a format costs some hundred times as much as using it, and a chart formats thousands of numbers. */
function formatOf(locale: string, name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${name}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}

/**
 * The typographic minus sign, as in the charts: a hyphen is short, and looks like the placeholder of a missing
 * number.
 */
const withMinus = (text: string): string => text.replace('-', '−');

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const raised = (exponent: string): string =>
  exponent.replace('-', '⁻').replaceAll(/\d/g, (digit) => superscripts[Number(digit)]!);

/** Numbers from this size on, and below the other, are powers of ten. */
export const LARGE = 1e6;
export const SMALL = 1e-3;

/** Significant digits, with powers of ten for numbers far from one. */
export function numberText(value: number, locale: string, digits = 3, minimum = 1): string {
  const size = Math.abs(value);
  const far = size !== 0 && (size < SMALL || size >= LARGE);
  const text = formatOf(locale, `number ${digits} ${minimum} ${far}`, {
    minimumSignificantDigits: minimum,
    maximumSignificantDigits: digits,
    ...(far ? { notation: 'scientific' } : {}),
  })
    .format(value)
    .replace(/E([-\d]+)$/, (_, exponent: string) => ` × 10${raised(exponent)}`);
  return withMinus(text);
}

/** A fixed number of decimals, for columns. */
export const decimalsText = (value: number, locale: string, places: number): string =>
  withMinus(
    formatOf(locale, `decimals ${places}`, {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    }).format(value),
  );

export const integerText = (value: number, locale: string): string =>
  withMinus(formatOf(locale, 'integer', { maximumFractionDigits: 0 }).format(value));

/** A distance in standard deviations: whole ones from ten on, as no count of draws gives more. */
export const standardDeviations = (z: number, locale: string): string =>
  decimalsText(z, locale, Math.abs(z) < 9.95 ? 1 : 0);

/** A fraction as a percentage; near but below one it keeps the digits that distinguish it from 100 %. */
export const percentText = (fraction: number, locale: string): string => {
  // A small share must not be rounded to zero.
  if (fraction > 0 && fraction < 5e-4) {
    const small = formatOf(locale, 'percent small', { style: 'percent', maximumSignificantDigits: 1 });
    return fraction < 1e-6 ? `< ${small.format(1e-6)}` : small.format(fraction);
  }
  const places = fraction > 0.999 && fraction < 1 ? 3 : fraction > 0.99 && fraction < 1 ? 2 : 1;
  const format = formatOf(locale, `percent ${places}`, { style: 'percent', maximumFractionDigits: places });
  return withMinus(format.format(fraction));
};

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Sizes of files in powers of 1000, as the system's explorer shows them. */
export function bytesText(count: number, locale: string): string {
  const power = Math.min(
    byteUnits.length - 1,
    count > 0 ? Math.max(0, Math.floor(Math.log10(count) / 3)) : 0,
  );
  return formatOf(locale, `bytes ${power}`, {
    style: 'unit',
    unit: byteUnits[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  }).format(count / 1000 ** power);
}
