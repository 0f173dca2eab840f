import { discreteLogarithms } from './discreteLogarithm.js';

/** A way to group pairs (a, b): a residue q(a, b) from 0 to `modulus` − 1, or −1 for a pair that has none. */
export interface PairBasis {
  readonly name: BasisName;
  readonly modulus: (prime: number) => number;
  readonly residues: (a: Int32Array, b: Int32Array, prime: number) => Int32Array;
}

export const basisNames = ['a+b', 'a-b', 'ab', 'a2+b2', 'dlog'] as const;
export type BasisName = (typeof basisNames)[number];

const each =
  (residue: (a: number, b: number, prime: number) => number): PairBasis['residues'] =>
  (a, b, prime) =>
    a.map((x, i) => residue(x, b[i]!, prime));

/** The groupings of 2604.06256 (section 4.3): each task's own, and the product's discrete logarithm. */
export const bases: readonly PairBasis[] = [
  { name: 'a+b', modulus: (p) => p, residues: each((a, b, p) => (a + b) % p) },
  { name: 'a-b', modulus: (p) => p, residues: each((a, b, p) => (a - b + p) % p) },
  { name: 'ab', modulus: (p) => p, residues: each((a, b, p) => (a * b) % p) },
  { name: 'a2+b2', modulus: (p) => p, residues: each((a, b, p) => (a * a + b * b) % p) },
  {
    name: 'dlog',
    modulus: (p) => p - 1,
    residues: (a, b, p) => {
      const logs = discreteLogarithms(p);
      return a.map((x, i) => {
        const [first, second] = [logs[x]!, logs[b[i]!]!];
        return first < 0 || second < 0 ? -1 : (first + second) % (p - 1);
      });
    },
  },
];
