import type { Split } from '../../../contract/descriptor.js';
import { splitPairs, type PairSplit } from './split.js';

/**
 * Test pairs (a, b) whose mirror (b, a) is trained on, and the others. For a commutative task, memory answers
 * the former.
 */
export const byMirror = ({ train, test }: PairSplit) => {
  const key = (a: number, b: number): string => `${a},${b}`;
  const trained = new Set<string>();
  for (let i = 0; i < train.length; i += 2) trained.add(key(train[i]!, train[i + 1]!));
  const sides = { mirrored: [] as number[], unmirrored: [] as number[] };
  for (let i = 0; i < test.length; i += 2) {
    const [a, b] = [test[i]!, test[i + 1]!];
    sides[trained.has(key(b, a)) ? 'mirrored' : 'unmirrored'].push(a, b);
  }
  return { mirrored: Int32Array.from(sides.mirrored), unmirrored: Int32Array.from(sides.unmirrored) };
};

/**
 * Test accuracy on a commutative task of a model that knows its training pairs in both orders and guesses the
 * rest.
 */
export const memorisedShare = (prime: number, split: Split): number => {
  const { mirrored, unmirrored } = byMirror(splitPairs(prime, split));
  return (mirrored.length + unmirrored.length / prime) / (mirrored.length + unmirrored.length);
};
