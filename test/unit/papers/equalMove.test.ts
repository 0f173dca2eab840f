import { describe, expect, it } from 'vitest';
import { equalMove } from '../../../extension/engine/geometry/reconstruction/equalMove.js';
import { dot } from '../../../extension/engine/geometry/reconstruction/vectors.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';

const n = 6000;
/** Nearly all of it in the first tenth, nothing in the last. */
const move = Float64Array.from({ length: n }, (_, i) => (i < 600 ? 3 : i < 5000 ? 0.01 : 0) * Math.cos(i));
const tensors = [
  { offset: 0, elements: 600 },
  { offset: 600, elements: 4400 },
  { offset: 5000, elements: 1000 },
];
const length = (x: Float64Array): number => Math.sqrt(dot(x, x));
const inTensor = (x: Float64Array, { offset, elements }: (typeof tensors)[number]): number =>
  length(x.subarray(offset, offset + elements));

describe('a random move of a given length', () => {
  it('has that length, and is otherwise independent', () => {
    const random = seededRandom(3);
    const whole = equalMove(move, [{ offset: 0, elements: n }], random);
    expect(length(whole)).toBeCloseTo(length(move), 9);
    // Four deviations of the cosine of a random direction.
    expect(Math.abs(dot(whole, move)) / length(move) ** 2).toBeLessThan(4 / Math.sqrt(n));
    // It lies where there is room: a tenth of the entries holds a tenth of the square.
    expect((inTensor(whole, tensors[0]!) / length(whole)) ** 2).toBeCloseTo(0.1, 1);
    expect(
      length(equalMove(move, [{ offset: 0, elements: n }], random).map((x, i) => x - whole[i]!)),
    ).toBeGreaterThan(length(move));
  });

  it("matches the length of every tensor's move when drawn by tensor", () => {
    const parts = equalMove(move, tensors, seededRandom(4));
    for (const tensor of tensors) expect(inTensor(parts, tensor)).toBeCloseTo(inTensor(move, tensor), 9);
    expect(Math.abs(dot(parts, move)) / length(move) ** 2).toBeLessThan(4 / Math.sqrt(600));
  });
});
