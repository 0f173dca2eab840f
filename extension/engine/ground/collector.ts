import { setFlagsFromString } from 'node:v8';

/**
 * Percent of what a collection has left that may come before the next one. V8 counts the memory of typed arrays, but grows
 * its limit with the objects alone, by a tenth: an engine with 15 MB of objects then collects at every 9 MB of numbers, a
 * sixth of its processor time. Four times the objects are little beside the numbers.
 */
const GROWTH = 400;

/** Of this process, its threads included. Node keeps V8's flags open for this; it may name the flag as unknown in time. */
export const collectSeldom = (): void => setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
