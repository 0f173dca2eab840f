import type { Amount, Measurement } from '../contract/report.js';

/** Placeholder for a value that was not measured or published. */
export const none = '–';

const formats: { readonly [K in Measurement['format']]: (value: number) => string } = {
  count: (value) => String(value),
  share: (value) => `${Number((100 * value).toFixed(1))} %`,
  accuracy: (value) => value.toFixed(3),
  // Two decimals would round a small number to zero.
  number: (value) => (value !== 0 && Math.abs(value) < 0.005 ? value.toExponential(1) : value.toFixed(2)),
};

/** A measured or published amount: a range as "LOW to HIGH", a value beyond a scan as ">LAST". */
export const amount = (value: Amount | undefined, format: Measurement['format']): string => {
  const say = formats[format];
  if (value === undefined) return none;
  if (typeof value === 'number') return say(value);
  return 'above' in value ? `>${say(value.above)}` : `${say(value.low)} to ${say(value.high)}`;
};
