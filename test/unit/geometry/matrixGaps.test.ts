import { describe, expect, it } from 'vitest';
import { matrixGaps } from '../../../extension/engine/geometry/curvature/matrixGaps.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';

const n = 24;
const gaussian = (seed: number, scale: number): Matrix => {
  const random = seededRandom(seed);
  return { rows: n, columns: n, data: Float64Array.from({ length: n * n }, () => scale * random.normal()) };
};

describe('the nulls of gaps and commutators', () => {
  it('are what matrices without common directions have: independent Gaussian ones', async () => {
    let [own, chance] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const found = (await matrixGaps(gaussian(2 * seed, 1), gaussian(2 * seed + 1, 3), seed))!;
      own += found.commutator! ** 2;
      chance += found.nulls.commutator! ** 2;
    }
    expect(own / chance).toBeGreaterThan(0.95);
    expect(own / chance).toBeLessThan(1.05);
  });

  it('tell a matrix of one strong direction, and one that commutes', async () => {
    const low: Matrix = { rows: n, columns: n, data: new Float64Array(n * n) };
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) low.data[i * n + j] = Math.sin(i) * Math.cos(3 * j);
    const found = (await matrixGaps(low, low, 1))!;
    expect(found.s1 - found.s2).toBeGreaterThan(1.5 * found.nulls.g12);
    expect(found.commutator).toBeLessThan(1e-9);
    expect(found.nulls.commutator).toBeGreaterThan(1);
  });
});
