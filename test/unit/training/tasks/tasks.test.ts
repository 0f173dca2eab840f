import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskNames, type Split } from '../../../../extension/contract/descriptor.js';
import { batchesOf } from '../../../../extension/engine/models/tasks/batches.js';
import { philox } from '../../../../extension/engine/models/tasks/philox.js';
import { pythonRandom } from '../../../../extension/engine/models/tasks/pythonRandom.js';
import { splitPairs } from '../../../../extension/engine/models/tasks/split.js';
import { taskLabel, taskLabels } from '../../../../extension/engine/models/tasks/tasks.js';

/** What CPython 3.11 answers. */
interface Expected {
  words: Record<string, number[]>;
  splits: (Omit<Split, 'method'> & {
    prime: number;
    train: number;
    test: number;
    firstTrain: number[][];
    trainSha256: string;
    testSha256: string;
  })[];
  labels: Record<string, string>;
}
const python = JSON.parse(readFileSync(new URL('python.json', import.meta.url), 'utf8')) as Expected;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const pairList = (pairs: Int32Array): [number, number][] =>
  Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[2 * i]!, pairs[2 * i + 1]!]);
const hashOfPairs = (pairs: Int32Array): string =>
  sha256(
    pairList(pairs)
      .map(([a, b]) => `${a}:${b}`)
      .join(','),
  );

describe("Python's random.Random", () => {
  it.each(Object.entries(python.words))('gives the bits that CPython gives for seed %s', (seed, words) => {
    const random = pythonRandom(Number(seed));
    const drawn = words.map((_, i) => random.getRandomBits(i < 4 ? 32 : 7));
    expect(drawn).toEqual(words);
  });
});

describe('splits', () => {
  it.each(python.splits)('equals Python for p $prime, seed $seed, fraction $trainFraction', (expected) => {
    const { prime, seed, trainFraction, firstToken } = expected;
    const split = splitPairs(prime, { method: 'python-random-shuffle', seed, trainFraction, firstToken });
    expect(pairList(split.train).slice(0, 3)).toEqual(expected.firstTrain);
    expect([split.train.length / 2, split.test.length / 2]).toEqual([expected.train, expected.test]);
    expect(hashOfPairs(split.train)).toBe(expected.trainSha256);
    expect(hashOfPairs(split.test)).toBe(expected.testSha256);
  });

  it('of either method take every pair once, and unordered ones keep (a, b) and (b, a) together', () => {
    const arbitrarySplit = fc.record({
      method: fc.constantFrom('python-random-shuffle' as const, 'unordered-pairs' as const),
      seed: fc.nat(),
      trainFraction: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
      firstToken: fc.constantFrom(0 as const, 1 as const),
    });
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 30 }), arbitrarySplit, (prime, split) => {
        const { train, test } = splitPairs(prime, split);
        const names = (pairs: Int32Array) => pairList(pairs).map(([a, b]) => `${a}:${b}`);
        const all = [...names(train), ...names(test)];
        expect(new Set(all).size).toBe((prime - split.firstToken) ** 2);
        expect(all.length).toBe((prime - split.firstToken) ** 2);
        if (split.method === 'unordered-pairs') {
          const trained = new Set(names(train));
          for (const [a, b] of pairList(train)) expect(trained.has(`${b}:${a}`)).toBe(true);
        }
      }),
    );
  });

  it('refuse a modulus whose pairs do not fit, and an empty side', () => {
    const split = { method: 'python-random-shuffle', seed: 0, trainFraction: 0.01, firstToken: 0 } as const;
    expect(() => splitPairs(1_000_003, split)).toThrow(/too large/);
    expect(() => splitPairs(5, split)).toThrow(/no training pairs/);
  });
});

describe('tasks', () => {
  it.each(taskNames)('%s equals Python modulo 5 and 97', (task) => {
    const labels = [5, 97].flatMap((p) =>
      Array.from({ length: p * p }, (_, i) => taskLabel(task, Math.floor(i / p), i % p, p)),
    );
    expect(sha256(labels.join(','))).toBe(python.labels[task]);
    expect([...taskLabels(task, Int32Array.of(2, 3, 4, 1), 97)]).toEqual([
      taskLabel(task, 2, 3, 97),
      taskLabel(task, 4, 1, 97),
    ]);
  });
});

describe('batches', () => {
  // Known answers of Philox4x32-10: Random123's kat_vectors.
  it.each([
    [
      [0, 0],
      [0, 0, 0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0xa4093822, 0x299f31d0],
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('come from Philox4x32-10', (key, counter, expected) => {
    const words = new Uint32Array(4);
    philox(key as [number, number], counter as [number, number, number, number], words);
    expect([...words]).toEqual(expected);
  });

  it('depend on seed and step alone, and stay among the pairs', () => {
    const take = (seed: number, step: number): number[] => {
      const into = new Int32Array(12).fill(-1);
      batchesOf(1000, 10, seed).fill(step, into, 1);
      expect([into[0], into[11]]).toEqual([-1, -1]);
      expect(into.subarray(1, 11).every((place) => place >= 0 && place < 1000)).toBe(true);
      return [...into];
    };
    expect(take(7, 3)).toEqual(take(7, 3));
    expect(take(7, 3)).not.toEqual(take(7, 4));
    expect(take(7, 3)).not.toEqual(take(8, 3));
  });

  it('draw every pair equally often', () => {
    const counts = new Int32Array(50);
    const into = new Int32Array(500);
    const batches = batchesOf(50, 500, 1);
    for (let step = 0; step < 200; step++) {
      batches.fill(step, into, 0);
      into.forEach((place) => counts[place]!++);
    }
    // Pearson's χ² with 49 degrees of freedom: 99.99 % of draws lie below 94.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquared).toBeLessThan(94);
    expect(chiSquared).toBeGreaterThan(20);
  });

  it('are every pair in order when full', () => {
    const into = new Int32Array(5);
    const batches = batchesOf(5, 'full', 1);
    batches.fill(9, into, 0);
    expect([batches.size, ...into]).toEqual([5, 0, 1, 2, 3, 4]);
  });
});
