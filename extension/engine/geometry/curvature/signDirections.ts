/**
 * Random directions that every program can make again without sharing a generator: the signs of a hash of the place.
 * x = (seed · 1000003 + column · length + i) mod 2³², then murmur3's fmix32; +1 where the top bit is 0, else −1.
 *
 * @returns `length` numbers ±1: not normalised.
 */
export const signDirection = (length: number, seed: number, column: number): Float64Array => {
  const start = (Math.imul(seed, 1000003) + Math.imul(column, length)) >>> 0;
  return Float64Array.from({ length }, (_, i) => (mixed(start + i) >= 0 ? 1 : -1));
};

/** murmur3's 32-bit finaliser; the result is signed, so its sign is its top bit. */
const mixed = (value: number): number => {
  let x = value | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
};
