/**
 * Python's `random.Random`, as far as splits need it: the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998) seeded
 * by `init_by_array` of the seed's 32-bit words, `getrandbits`, and `shuffle` by rejection sampling. The order of a
 * shuffled list equals CPython's (3.2 and later) for every whole seed.
 */
export interface PythonRandom {
  /** A whole number of `bits` random bits, 1 to 32. */
  getRandomBits(bits: number): number;
  /** A whole number in [0, n), 1 ≤ n < 2³². */
  randomBelow(n: number): number;
  /** Shuffles in place. */
  shuffle(items: Int32Array): void;
}

const SIZE = 624;
const SHIFT = 397;

const initialState = (seed: number): Uint32Array => {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    const previous = state[i - 1]!;
    state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
  }
  return state;
};

/** `init_by_array` of MT19937's reference code. */
const stateFromKey = (key: Uint32Array): Uint32Array => {
  const state = initialState(19650218);
  let i = 1;
  const advance = (): void => {
    i++;
    if (i < SIZE) return;
    state[0] = state[SIZE - 1]!;
    i = 1;
  };
  const mixed = (factor: number): number => {
    const previous = state[i - 1]!;
    return state[i]! ^ Math.imul(factor, previous ^ (previous >>> 30));
  };
  for (let k = 0; k < Math.max(SIZE, key.length); k++) {
    const j = k % key.length;
    state[i] = mixed(1664525) + key[j]! + j;
    advance();
  }
  for (let k = 1; k < SIZE; k++) {
    state[i] = mixed(1566083941) - i;
    advance();
  }
  state[0] = 0x80000000;
  return state;
};

const twist = (state: Uint32Array): void => {
  for (let i = 0; i < SIZE; i++) {
    const joined = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
    state[i] = state[(i + SHIFT) % SIZE]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  }
};

const temper = (word: number): number => {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
};

/** The seed's absolute value in words of 32 bits, least significant first; zero is one word. */
const seedWords = (seed: number): Uint32Array => {
  const words: number[] = [];
  let rest = BigInt(Math.abs(seed));
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return Uint32Array.from(words);
};

/** `random.Random(seed)` for a whole number `seed`. */
export const pythonRandom = (seed: number): PythonRandom => {
  const state = stateFromKey(seedWords(seed));
  let position = SIZE;
  const nextWord = (): number => {
    if (position === SIZE) {
      twist(state);
      position = 0;
    }
    return temper(state[position++]!);
  };
  const getRandomBits = (bits: number): number => nextWord() >>> (32 - bits);
  const randomBelow = (n: number): number => {
    const bits = 32 - Math.clz32(n);
    let drawn = getRandomBits(bits);
    while (drawn >= n) drawn = getRandomBits(bits);
    return drawn;
  };
  return {
    getRandomBits,
    randomBelow,
    shuffle: (items) => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = randomBelow(i + 1);
        const swapped = items[i]!;
        items[i] = items[j]!;
        items[j] = swapped;
      }
    },
  };
};
