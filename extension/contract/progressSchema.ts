import * as v from 'valibot';

/** A {@link Progress} as it crosses a boundary. */
export const progressSchema = v.object({
  text: v.string(),
  fraction: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  msLeft: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0))),
});
