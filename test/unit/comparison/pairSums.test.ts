import { expect, it } from 'vitest';
import { PairSums, relativeDistanceOf } from '../../../extension/engine/geometry/comparison/pairSums.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { shuffledEntries } from '../../../extension/engine/linalg/shuffledEntries.js';

it('gives the distance over several tensors, and its null as the mean over shuffles of each', () => {
  const random = seededRandom(3);
  const pairs = [40, 200].map((length) => ({
    a: Float64Array.from({ length }, () => 0.5 + random.normal()),
    b: Float64Array.from({ length }, () => 0.3 + 2 * random.normal()),
  }));
  const squares = pairs.map(({ a, b }) => {
    const sums = new PairSums();
    sums.add(a, b, a.length);
    return sums.squares;
  });
  const squaredDistance = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const base = pairs.reduce((sum, { b }) => sum + squaredDistance(b, new Float64Array(b.length)), 0);
  const own = pairs.reduce((sum, { a, b }) => sum + squaredDistance(a, b), 0);
  const draws = 4000;
  let shuffled = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (const [i, { a, b }] of pairs.entries()) {
      const { data } = shuffledEntries({ rows: 1, columns: a.length, data: a }, i, draw);
      shuffled += squaredDistance(data, b) / draws;
    }
  }
  const found = relativeDistanceOf(squares)!;
  expect(found.value).toBeCloseTo(Math.sqrt(own / base), 12);
  expect(Math.abs(found.null / Math.sqrt(shuffled / base) - 1)).toBeLessThan(0.005);
  expect(relativeDistanceOf([])).toBeUndefined();
});
