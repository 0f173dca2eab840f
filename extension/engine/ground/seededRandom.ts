/**
 * The random numbers of the nulls: xoshiro128** (Blackman and Vigna, 2018) seeded through SplitMix32, so that a
 * report is reproducible bit for bit from its seed.
 */
export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform integer in [0, bound), bound at most 2³². */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** χ² with any positive number of degrees of freedom. */
  chiSquared(degrees: number): number;
}

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

const splitMix32 = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
};

/** A generator whose stream depends on every number of `seeds`: the report's seed, the draw, the matrix. */
export const seededRandom = (...seeds: readonly number[]): SeededRandom => {
  const mixed = seeds.reduce((state, seed) => {
    const mix = splitMix32(state ^ (seed >>> 0));
    return mix() ^ Math.floor(seed / 2 ** 32);
  }, 0x2545f491);
  const next = splitMix32(mixed);
  let [a, b, c, d] = [next(), next(), next(), next() | 1];

  const bits = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  const uniform = (): number => bits() / 2 ** 32;

  let spare: number | undefined;
  /** Marsaglia's polar method. */
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * factor;
        return x * factor;
      }
    }
  };

  /** Gamma by Marsaglia and Tsang (2000), for shape ≥ 1. */
  const gamma = (shape: number): number => {
    const d0 = shape - 1 / 3;
    const c0 = 1 / Math.sqrt(9 * d0);
    for (;;) {
      const x = normal();
      const v = (1 + c0 * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d0 - d0 * v + d0 * Math.log(v)) return d0 * v;
    }
  };
  const chiSquared = (degrees: number): number => {
    const shape = degrees / 2;
    if (shape >= 1) return 2 * gamma(shape);
    return 2 * gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
  };

  return { uniform, below: (bound) => Math.floor((bits() / 2 ** 32) * bound), normal, chiSquared };
};

/** A 32-bit hash of text (FNV-1a): each matrix gets its own draws. */
export const seedFromText = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};
