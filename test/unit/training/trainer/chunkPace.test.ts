import { describe, expect, it } from 'vitest';
import { ChunkPace } from '../../../../extension/engine/training/trainer/chunkPace.js';

/** Steps of the chunks of a model whose steps take so long each. */
const chunks = (millisecondsPerStep: number, count: number): number[] => {
  const pace = new ChunkPace();
  return Array.from({ length: count }, () => {
    const steps = pace.next;
    pace.took(steps, steps * millisecondsPerStep);
    return steps;
  });
};

describe('the pace of chunks', () => {
  it('comes to a quarter of a second, from one step and by no more than four times a chunk', () => {
    expect(chunks(10, 6)).toEqual([1, 4, 16, 25, 25, 25]);
    expect(chunks(100, 4)).toEqual([1, 2, 2, 2]);
  });

  it('is one step where a step takes longer, and never more than are drawn beforehand', () => {
    expect(chunks(1000, 3)).toEqual([1, 1, 1]);
    expect(chunks(0.001, 7).at(-1)).toBe(256);
  });

  it('follows a machine that becomes slower', () => {
    const pace = new ChunkPace();
    for (let i = 0; i < 5; i++) pace.took(pace.next, pace.next * 10);
    pace.took(pace.next, pace.next * 50);
    expect(pace.next).toBe(5);
  });
});
