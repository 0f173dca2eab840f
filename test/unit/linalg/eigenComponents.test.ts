import { describe, expect, it } from 'vitest';
import { eigenComponents } from '../../../extension/engine/linalg/eigenComponents.js';
import { symmetricEigen } from '../../../extension/engine/linalg/symmetricEigen.js';
import { transpose, type Matrix } from '../../../extension/engine/linalg/matrix.js';
import { randomMatrix } from './checks.js';

const symmetric = (n: number, entry: (i: number, j: number) => number): Matrix => ({
  rows: n,
  columns: n,
  data: Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return entry(Math.min(i, j), Math.max(i, j));
  }),
});

const random = (n: number): Matrix => {
  const half = randomMatrix(n, n, n);
  const turned = transpose(half).data;
  return { ...half, data: half.data.map((value, at) => value + turned[at]!) };
};

const cases: readonly (readonly [string, Matrix])[] = [
  ['random, one row', random(1)],
  ['random, two', random(2)],
  ['random, odd', random(33)],
  ['random, as large as a projection', random(384)],
  ['zeros', symmetric(50, () => 0)],
  ['diagonal, with clusters', symmetric(60, (i, j) => (i === j ? i % 3 : 0))],
  ['rank one, large', symmetric(90, (i, j) => 1e150 * Math.sin(i) * Math.sin(j))],
  ['a corner that is nothing beside the rest', symmetric(2, (i, j) => (i === 1 && j === 1 ? 1 : 1e-170))],
  [
    'tridiagonal, graded from below',
    symmetric(33, (i, j) => (j - i > 1 ? 0 : 10 ** (-8 * (33 - i) - 3 * (j - i)))),
  ],
  ['tridiagonal, graded', symmetric(70, (i, j) => (j - i > 1 ? 0 : 2 ** -i))],
];

describe('eigenvalues with components of their vectors', () => {
  it.each(cases)('%s: Σ cᵣ cₛ is I and Σ λ cᵣ cₛ is A on the wanted rows', async (_, a) => {
    const n = a.rows;
    const rows = Math.min(32, n);
    const { values, components } = await eigenComponents(a, rows);
    const { values: truth } = await symmetricEigen(a);
    const size = Math.max(1e-300, ...truth.map(Math.abs));
    expect([...values]).toEqual([...values].sort((x, y) => y - x));
    for (let i = 0; i < n; i++) expect(Math.abs(values[i]! - truth[i]!)).toBeLessThanOrEqual(1e-13 * size);
    for (let r = 0; r < rows; r++) {
      for (let s = 0; s < rows; s++) {
        let [one, first] = [0, 0];
        for (let k = 0; k < n; k++) {
          const weight = components.data[r * n + k]! * components.data[s * n + k]!;
          one += weight;
          first += weight * values[k]!;
        }
        expect(Math.abs(one - (r === s ? 1 : 0))).toBeLessThanOrEqual(1e-13);
        expect(Math.abs(first - a.data[r * n + s]!)).toBeLessThanOrEqual(1e-13 * size);
      }
    }
  });

  it('tells n eigenvalues alone, and more components than there are rows', async () => {
    const a = random(7);
    const { values, components } = await eigenComponents(a, 0);
    expect([values.length, components.data.length]).toEqual([7, 0]);
    const wide = await eigenComponents(a, 9);
    expect(wide.components.data.subarray(7 * 7)).toEqual(new Float64Array(2 * 7));
  });
});
