import type { Split } from '../../../contract/descriptor.js';
import { GeometryError } from '../../../contract/errors.js';
import { pythonRandom } from './pythonRandom.js';

/** The training and the test pairs; each is [a₀, b₀, a₁, b₁, …] in shuffled order. */
export interface PairSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** 4096 tokens have 16.8 million pairs: the tables of larger runs do not fit a small machine. */
const LARGEST_PRIME = 4096;

/** The indices 0 … count − 1 in the order of Python's `random.Random(seed).shuffle`. */
const shuffledPlaces = (count: number, seed: number): Int32Array => {
  const places = Int32Array.from({ length: count }, (_, i) => i);
  pythonRandom(seed).shuffle(places);
  return places;
};

/** Every (a, b) in row order is one place; the first ⌊n · trainFraction⌋ shuffled places train. */
const splitOrderedPairs = (prime: number, split: Split): PairSplit => {
  const values = prime - split.firstToken;
  const places = shuffledPlaces(values * values, split.seed);
  const pairs = new Int32Array(2 * places.length);
  places.forEach((place, i) => {
    pairs[2 * i] = split.firstToken + Math.floor(place / values);
    pairs[2 * i + 1] = split.firstToken + (place % values);
  });
  const cut = 2 * Math.floor(places.length * split.trainFraction);
  return { train: pairs.slice(0, cut), test: pairs.slice(cut) };
};

/** Every {a, b} with a ≤ b in row order is one place; both of its orders go to the same side. */
const splitUnorderedPairs = (prime: number, split: Split): PairSplit => {
  const smaller: number[] = [];
  const larger: number[] = [];
  for (let a = split.firstToken; a < prime; a++) {
    for (let b = a; b < prime; b++) {
      smaller.push(a);
      larger.push(b);
    }
  }
  const places = shuffledPlaces(smaller.length, split.seed);
  const bothOrders = (part: Int32Array): Int32Array => {
    const pairs: number[] = [];
    for (const place of part) {
      const [a, b] = [smaller[place]!, larger[place]!];
      pairs.push(a, b);
      if (a !== b) pairs.push(b, a);
    }
    return Int32Array.from(pairs);
  };
  const cut = Math.floor(places.length * split.trainFraction);
  return { train: bothOrders(places.subarray(0, cut)), test: bothOrders(places.subarray(cut)) };
};

const methods: Readonly<Record<Split['method'], (prime: number, split: Split) => PairSplit>> = {
  'python-random-shuffle': splitOrderedPairs,
  'unordered-pairs': splitUnorderedPairs,
};

/**
 * The training and the test pairs of a run.
 * @throws GeometryError `invalid-config` for a modulus with too many pairs, or a split with an empty side.
 */
export const splitPairs = (prime: number, split: Split): PairSplit => {
  if (prime > LARGEST_PRIME) {
    throw new GeometryError(
      'invalid-config',
      `The prime ${prime} is too large to train on: a run holds all pairs of tokens, and ${LARGEST_PRIME} tokens are the most.`,
    );
  }
  const sides = methods[split.method](prime, split);
  const empty = sides.train.length === 0 ? 'training' : sides.test.length === 0 ? 'test' : undefined;
  if (empty !== undefined) {
    throw new GeometryError(
      'invalid-config',
      `A train fraction of ${split.trainFraction} modulo ${prime} leaves no ${empty} pairs.`,
    );
  }
  return sides;
};
