import { describe, expect, it } from 'vitest';
import { meanCosineAngle } from '../../../extension/contract/statistics/meanCosineAngle.js';
import { principalAngles } from '../../../extension/engine/geometry/principalAngles.js';
import { randomlyMoved, stepAnglesOf } from '../../../extension/engine/geometry/stepAngles.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { leadingVectorsBatch } from '../../../extension/engine/linalg/leadingVectors.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';

const [rows, columns] = [90, 60];
const strengths = [40, 30, 20];

/** Singular values 40, 30, 20 on coordinate axes, turned by nothing. */
const planted: Matrix = {
  rows,
  columns,
  data: Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return i === j ? (strengths[i] ?? 0) : 0;
  }),
};
const plus = (matrix: Matrix, add: (i: number) => number): Matrix => ({
  ...matrix,
  data: matrix.data.map((value, i) => value + add(i)),
});

describe('a random step of the same size', () => {
  it('keeps the entries of the step and moves each matrix from where it was', () => {
    const after = plus(planted, (i) => Math.sin(i));
    const moved = randomlyMoved(planted, after, 1, 2);
    const change = (to: Matrix): Float64Array => to.data.map((value, i) => value - planted.data[i]!).sort();
    const expected = change(after);
    expect(Math.max(...change(moved).map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-12);
    expect(randomlyMoved(planted, after, 1, 3).data).not.toEqual(moved.data);
  });

  it('turns leading directions as perturbation theory says', async () => {
    const sd = 0.2;
    const random = seededRandom(5);
    const after = plus(planted, () => sd * random.normal());
    const moved = Array.from({ length: 40 }, (_, draw) => randomlyMoved(planted, after, 7, draw));
    const [own, ...vectors] = await leadingVectorsBatch([planted, ...moved], strengths.length);
    const draws = [];
    for (const { left, right } of vectors)
      draws.push({
        left: await principalAngles(own!.left, left),
        right: await principalAngles(own!.right, right),
      });
    const found = stepAnglesOf(draws);
    // To first order the part of σᵢ's direction that leaves the span has (m − k)·sd²/σᵢ² as its mean square.
    const theory = (size: number): number =>
      Math.sqrt(
        strengths.reduce((sum, sigma) => sum + ((size - strengths.length) * sd * sd) / sigma ** 2, 0) /
          strengths.length,
      );
    expect(meanCosineAngle(found.left) / theory(rows)).toBeCloseTo(1, 1);
    expect(meanCosineAngle(found.right) / theory(columns)).toBeCloseTo(1, 1);
    expect(found.draws).toBe(40);
    expect(found.leftRange[0]).toBeLessThan(meanCosineAngle(found.left));
    expect(found.leftRange[1]).toBeGreaterThan(meanCosineAngle(found.left));
  });

  it('turns nothing where the matrix is scaled, as decay does, and the shuffled change does turn it', async () => {
    const noise = seededRandom(3);
    const before = plus(planted, () => 0.5 * noise.normal());
    const decayed = { ...before, data: before.data.map((value) => 0.7 * value) };
    const moved = randomlyMoved(before, decayed, 9);
    const [a, b, c] = await leadingVectorsBatch([before, decayed, moved], 3);
    expect(meanCosineAngle(await principalAngles(a!.left, b!.left))).toBeLessThan(1e-6);
    expect(meanCosineAngle(await principalAngles(a!.left, c!.left))).toBeGreaterThan(0.02);
  });
});
