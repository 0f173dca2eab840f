import { highWord, philox } from './philox.js';

const TWO_TO_32 = 2 ** 32;

/** The training pairs of a step. */
export interface Batches {
  /** Pairs per step. */
  readonly size: number;
  /** Writes the indices (into the training pairs) of the given step's batch to `into[at…at + size)`. */
  fill(step: number, into: Int32Array, at: number): void;
}

/**
 * The batches of a run: `size` indices drawn with replacement from `pairs`, or all indices in order for `full`.
 * The batch of step s is a function of (seed, s) alone.
 */
export const batchesOf = (pairs: number, size: number | 'full', seed: number): Batches => {
  if (size === 'full') {
    return {
      size: pairs,
      fill: (_step, into, at) => {
        for (let i = 0; i < pairs; i++) into[at + i] = i;
      },
    };
  }
  const key: [number, number] = [seed % TWO_TO_32, Math.floor(seed / TWO_TO_32)];
  const words = new Uint32Array(4);
  return {
    size,
    fill: (step, into, at) => {
      for (let i = 0; i < size; i++) {
        if (i % 4 === 0) philox(key, [i / 4, step % TWO_TO_32, Math.floor(step / TWO_TO_32), 0], words);
        into[at + i] = highWord(words[i % 4]!, pairs);
      }
    },
  };
};
