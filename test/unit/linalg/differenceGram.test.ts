import { describe, expect, it } from 'vitest';
import { DifferenceGram } from '../../../extension/engine/linalg/differenceGram.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';

const random = seededRandom(77);
const zeroRows = (count: number, length: number): Float64Array[] =>
  Array.from({ length: count }, () => new Float64Array(length));

describe('inner products of rows minus the first one', () => {
  it.each([
    [1, 10],
    [2, 1],
    [4, 4097],
    [7, 20_001],
    [36, 3000],
  ])('of %i rows of %i numbers, in two pieces, are those of the definition', async (count, length) => {
    const rows = zeroRows(count, length);
    for (const row of rows) row.forEach((_, i) => (row[i] = 1000 + random.normal()));
    const gram = new DifferenceGram(count);
    const cut = Math.floor(length / 3);
    const head = rows.map((row) => row.slice(0, cut));
    const tail = rows.map((row) => row.slice(cut));
    await Promise.all([gram.add(head, cut), gram.add(tail, length - cut)]);
    const { data } = gram.result();
    const scale = Math.sqrt(2 * length);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let sum = 0;
        for (let k = 0; k < length; k++) {
          sum += (rows[i]![k]! - rows[0]![k]!) * (rows[j]![k]! - rows[0]![k]!);
        }
        expect(Math.abs(data[i * count + j]! - sum)).toBeLessThan(1e-11 * scale * scale);
      }
    }
  });

  it('keep what a difference of Gram matrices would lose', async () => {
    const rows = zeroRows(2, 100);
    rows[0]!.fill(1e8);
    rows[1]!.fill(1e8 + 2 ** -20);
    const gram = new DifferenceGram(2);
    await gram.add(rows, 100);
    expect(gram.result().data[3]).toBe(100 * 2 ** -40);
  });

  it('are not finite on the diagonal where a row is not', async () => {
    const rows = zeroRows(3, 9);
    rows[1]![4] = NaN;
    const gram = new DifferenceGram(3);
    await gram.add(rows, 9);
    const { data } = gram.result();
    expect([data[0], Number.isFinite(data[4]), data[8]]).toEqual([0, false, 0]);
  });
});
