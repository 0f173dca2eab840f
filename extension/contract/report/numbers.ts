import * as v from 'valibot';

const isFiniteArray = (value: unknown): boolean =>
  Array.isArray(value) && value.every((x) => Number.isFinite(x));
/** A plain array of finite numbers; checked in one pass, as reports hold hundreds of thousands of them. */
export const numbers = v.custom<readonly number[]>(isFiniteArray, 'expected an array of finite numbers');
export const rows = v.custom<readonly (readonly number[])[]>(
  (value) => Array.isArray(value) && value.every(isFiniteArray),
  'expected rows of finite numbers',
);
export const finite = v.pipe(v.number(), v.finite());
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
