import { describe, expect, it } from 'vitest';
import { measureMatrices } from '../../../../extension/engine/training/trainer/liveSpectra.js';

describe('a matrix measured while it trains', () => {
  it('has the ranks of the same entries shuffled beside its own', async () => {
    const [rows, columns] = [24, 16];
    // x yᵀ: rank one, and nothing of that is left in another order.
    const weights = Float64Array.from(
      { length: rows * columns },
      (_, i) => Math.sin(1 + Math.floor(i / columns)) * Math.cos(3 + 2 * (i % columns)),
    );
    const slot = { name: 'w', offset: 0, rows, columns };
    const parts = {
      ...{ slots: [slot], decayed: new Set<string>(), sparesDecayed: false },
      ...{ frobeniusFactor: true, keepValues: false },
    };
    const row = { weights, gradient: weights, strengths: { l2: 0.01, lowRank: 0 } };
    const { w } = await measureMatrices(parts, row);
    expect(w!.stableRank).toBeCloseTo(1, 9);
    expect(w!.polarRadial).toBeCloseTo(1, 9);
    expect(w!.numbers).toBe(rows * columns);
    expect(w!.shuffled!.stableRank).toBeGreaterThan(4);
    expect(w!.shuffled!.effectiveRank).toBeGreaterThan(10);
    // The same entries: the same Frobenius norm.
    expect(w!.shuffled!.spectralNorm ** 2 * w!.shuffled!.stableRank!).toBeCloseTo(w!.frobeniusNorm ** 2, 9);
    // The same order at every step, so that the null moves with the entries alone.
    expect((await measureMatrices(parts, row))['w']).toEqual(w);
  });
});
