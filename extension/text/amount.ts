import type { Amount, Measurement } from '../contract/report.js';

/** What stands where nothing was measured or published. */
export const none = '–';

const formats: { readonly [K in Measurement['format']]: (value: number) => string } = {
  count: (value) => String(value),
  share: (value) => `${Number((100 * value).toFixed(1))} %`,
  accuracy: (value) => value.toFixed(3),
  // Two places would say that a small number is none.
  number: (value) => (value !== 0 && Math.abs(value) < 0.005 ? value.toExponential(1) : value.toFixed(2)),
};

/** A measured or published amount; a range as "LOW to HIGH", what lies beyond a scan as ">LAST". */
export const amount = (value: Amount | undefined, format: Measurement['format']): string => {
  const say = formats[format];
  if (value === undefined) return none;
  if (typeof value === 'number') return say(value);
  return 'above' in value ? `>${say(value.above)}` : `${say(value.low)} to ${say(value.high)}`;
};
