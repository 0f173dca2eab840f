/**
 * Philox4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): the
 * numbers of a step are a function of key and counter alone, so a resumed run needs no generator state.
 */
const low16 = 0xffff;

/** High 32 bits of the 64-bit product of two unsigned 32-bit words. */
export const highWord = (a: number, b: number): number => {
  const [a0, a1, b0, b1] = [a & low16, a >>> 16, b & low16, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & low16);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
};

/** Writes four random words to `into[at…at + 3]` for a key of two words and a counter of four. */
export const philox = (
  key: readonly [number, number],
  counter: readonly [number, number, number, number],
  into: Uint32Array,
  at = 0,
): void => {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = [highWord(0xd2511f53, c0), Math.imul(0xd2511f53, c0)];
    const [high1, low1] = [highWord(0xcd9e8d57, c2), Math.imul(0xcd9e8d57, c2)];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1 >>> 0, (high0 ^ c3 ^ k1) >>> 0, low0 >>> 0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  into.set([c0, c1, c2, c3], at);
};
