import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { solvePositiveDefinite } from '../../../extension/engine/linalg/cholesky.js';
import { gemm } from '../../../extension/engine/linalg/gemm.js';
import { identity, transpose, type Matrix } from '../../../extension/engine/linalg/matrix.js';

const gaussian = (rows: number, columns: number, seed: number): Matrix => {
  const random = seededRandom(seed);
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, () => random.normal()) };
};

describe('a positive definite system', () => {
  it.each([1, 2, 17, 120])('of %i unknowns is solved to rounding', async (n) => {
    const factor = gaussian(n, n + 5, n);
    const a = await gemm(factor, transpose(factor));
    const x = gaussian(n, 3, 7);
    const solved = solvePositiveDefinite(a, await gemm(a, x));
    const apart = Math.max(...solved.data.map((value, i) => Math.abs(value - x.data[i]!)));
    expect(apart).toBeLessThan(1e-9);
  });

  it('that is none is refused', () => {
    const indefinite = { rows: 2, columns: 2, data: Float64Array.of(1, 2, 2, 1) };
    expect(() => solvePositiveDefinite(indefinite, identity(2))).toThrow(/positive definite/);
    expect(() => solvePositiveDefinite(identity(2), identity(3))).toThrow(/right-hand side/);
  });
});
