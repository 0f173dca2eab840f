import { describe, expect, it } from 'vitest';
import {
  orthogonalRowsEnergy,
  shuffledEnergy,
} from '../../../extension/engine/analyses/reconstruction/energyNull.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { singularValues } from '../../../extension/engine/linalg/singularValues.js';

const independent = async (size: number, draw: number): Promise<Float64Array> => {
  const random = seededRandom(5, draw);
  const data = Float64Array.from({ length: size * size }, () => random.normal());
  return (await singularValues({ rows: size, columns: size, data })).values;
};

describe('the null of a reconstruction', () => {
  it('is not flat: of 128 × 128 independent entries rank 66 keeps 90 % and half the rank leaves .33', async () => {
    const draws = [[await independent(128, 0)], [await independent(128, 1)]];
    const found = shuffledEnergy(draws, 1)!;
    expect(Math.abs(found.rank90 - 66)).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.sqrt(1 - found.energies[63]!) - 0.33)).toBeLessThan(0.01);
    expect(found.energies.at(-1)).toBeCloseTo(1, 12);
    expect(found.draws).toBe(2);
  });

  it('keeps the longest rows first where rows share nothing', () => {
    expect(orthogonalRowsEnergy([1, 3, 4])).toMatchObject({
      energies: [0.5, 0.875, 1],
      rank90: 3,
      rank99: 3,
    });
  });

  it('does not exist of what is zero, or without draws', () => {
    expect(shuffledEnergy([], 1)).toBeUndefined();
    expect(shuffledEnergy([[new Float64Array(4)]], 1)).toBeUndefined();
    expect(orthogonalRowsEnergy([0, 0])).toBeUndefined();
  });
});
