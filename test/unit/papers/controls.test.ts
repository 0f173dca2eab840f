import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ablationMixing } from '../../../extension/engine/geometry/reconstruction/ablation.js';
import { earlyComponents } from '../../../extension/engine/geometry/reconstruction/earlyComponents.js';
import {
  partInSpan,
  randomDirections,
} from '../../../extension/engine/geometry/reconstruction/randomDirections.js';
import { rankForAccuracy } from '../../../extension/contract/rankForAccuracy.js';
import {
  gradientSubspace,
  selectivityIndex,
  subspaceOverlap,
} from '../../../extension/engine/geometry/reconstruction/selectivity.js';
import {
  trajectoryEnergy,
  trajectoryMixing,
} from '../../../extension/engine/geometry/reconstruction/trajectoryPca.js';
import { addInto, dot } from '../../../extension/engine/geometry/reconstruction/vectors.js';
import { walkToEnd } from '../../../extension/engine/geometry/reconstruction/walkToEnd.js';
import { sharesOf } from '../../../extension/engine/geometry/decayNull.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { explainedFractions, trajectoryPca } from '../../../extension/engine/geometry/trajectory.js';
import { randomWalkGram } from '../../../extension/engine/geometry/randomWalkNull.js';
import {
  fittingCheckpoints,
  gradientsFit,
  keptEvenly,
} from '../../../extension/engine/analyses/controls/memory.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';

const dimensions = 60;
const checkpoints = 9;
const rows = ((): Float64Array[] => {
  const random = seededRandom(5);
  const made = [new Float64Array(dimensions)];
  for (let t = 1; t < checkpoints; t++) {
    made.push(made[t - 1]!.map((value, i) => value + random.normal() + 0.3 * Math.cos(i)));
  }
  return made;
})();
const gramOf = (of: readonly Float64Array[]): Matrix => ({
  rows: of.length,
  columns: of.length,
  data: Float64Array.from(of.flatMap((a) => of.map((b) => dot(a, b)))),
});
const mixed = (weights: readonly number[]): Float64Array => {
  const sum = new Float64Array(dimensions);
  weights.forEach((weight, t) => addInto(sum, weight, rows[t]!));
  return sum;
};
const change = rows.at(-1)!;
const length = (x: Float64Array): number => Math.sqrt(dot(x, x));
const difference = (a: Float64Array, b: Float64Array): number => length(a.map((value, i) => value - b[i]!));

describe('k*', () => {
  it('is the first rank at which every task keeps its share, even if higher ranks fall below', () => {
    const at = (rank: number, a: number, b: number) => ({ rank, testAccuracy: { a, b } });
    const points = [at(1, 0.1, 0.9), at(2, 0.96, 0.5), at(3, 0.95, 0.86), at(4, 0.2, 0.2), { rank: 5 }];
    expect(rankForAccuracy(points, { a: 1, b: 0.9 }, 0.95)).toBe(3);
    expect(rankForAccuracy(points, { a: 1, b: 0.9 }, 0.99)).toBeUndefined();
  });
});

describe('an ablated component', () => {
  it('is removed from the change, and nothing else is', async () => {
    const pca = await trajectoryPca(gramOf(rows), false);
    for (const component of [0, 1, 4]) {
      const without = mixed(ablationMixing(pca, component));
      const direction = mixed(pca.directions[component]!);
      expect(dot(without, direction)).toBeCloseTo(0, 9);
      addInto(without, dot(change, direction), direction);
      expect(difference(without, change)).toBeLessThan(1e-9);
    }
  });
});

describe('components of an early part', () => {
  it('rebuild the projection of the end on the span of the early rows', async () => {
    const early = await earlyComponents(gramOf(rows), 4);
    const rebuilt = mixed(trajectoryMixing(early, 3));
    const left = change.map((value, i) => value - rebuilt[i]!);
    for (const row of rows.slice(1, 4)) expect(dot(left, row)).toBeCloseTo(0, 8);
    const energy = trajectoryEnergy(early).reduce((sum, value) => sum + value, 0);
    expect(energy).toBeCloseTo(dot(rebuilt, rebuilt), 8);
    // Later rows play no part.
    expect(trajectoryMixing(early, 3).slice(4)).toEqual(new Array(5).fill(0));
  });

  it('equal those of the whole run if the part is the whole', async () => {
    const whole = await trajectoryPca(gramOf(rows), false);
    const early = await earlyComponents(gramOf(rows), checkpoints);
    for (const rank of [1, 2, 5]) {
      expect(
        difference(mixed(trajectoryMixing(early, rank)), mixed(trajectoryMixing(whole, rank))),
      ).toBeLessThan(1e-9);
    }
  });
});

describe('random directions', () => {
  it('are orthonormal and hold rank/dimensions of any vector on average', async () => {
    const directions = await randomDirections(400, 8, { seed: 3 });
    directions.forEach((a, i) =>
      directions.forEach((b, j) => expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12)),
    );
    const x = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i));
    let share = 0;
    for (let seed = 0; seed < 40; seed++) {
      const part = partInSpan(x, await randomDirections(400, 8, { seed }));
      share += dot(part, part) / dot(x, x) / 40;
    }
    expect(share).toBeGreaterThan(0.014);
    expect(share).toBeLessThan(0.027);
  });
});

/** Each is good until the next is asked for only. */
const copies = async (parts: AsyncIterable<Float64Array>): Promise<Float64Array[]> => {
  const found = [];
  for await (const part of parts) found.push(part.slice());
  return found;
};

describe('a walk to the end', () => {
  it('ends at the change, keeps the walk’s shares and rebuilds more with more components', async () => {
    const end = Float64Array.from({ length: 20_000 }, (_, i) => Math.cos(0.01 * i * i));
    const lengths = new Array<number>(40).fill(1);
    const ranks = [1, 3, 10, 40];
    const { energy, rebuilt: parts } = await walkToEnd(end, lengths, ranks, { seed: 9 });
    const rebuilt = await copies(parts());
    expect(difference(rebuilt[3]!, end) / length(end)).toBeLessThan(1e-6);
    const errors = rebuilt.map((part) => difference(part, end) / length(end));
    expect(errors[0]!).toBeGreaterThan(errors[1]!);
    expect(errors[1]!).toBeGreaterThan(errors[2]!);
    expect(energy.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    expect(1 - errors[1]! ** 2).toBeCloseTo(energy[0]! + energy[1]! + energy[2]!, 6);
    // The end of a walk lies mostly along its first component, as theory says of any walk.
    const [first] = await explainedFractions(randomWalkGram(lengths, 20_000, 9), false);
    expect(first!).toBeGreaterThan(0.6);
    expect(energy[0]!).toBeGreaterThan(0.4);
  });

  it('with decay has the decayed part along the start, and ends at the change', async () => {
    const n = 20_000;
    const start = Float64Array.from({ length: n }, (_, i) => Math.cos(0.013 * i * i));
    const kept = Array.from({ length: 31 }, (_, t) => 0.8 ** t);
    const random = seededRandom(5);
    // θ_T: what is left of the start, and a change of a tenth of its length.
    const end = start.map((value) => (kept.at(-1)! - 1) * value + 0.1 * random.normal());
    const lengths = new Array<number>(30).fill(1);
    const decay = { start, ...sharesOf(kept) };
    const { energy, rebuilt } = await walkToEnd(end, lengths, [1, 2, 30], { seed: 9, decay });
    const parts = await copies(rebuilt());
    expect(difference(parts[2]!, end) / length(end)).toBeLessThan(1e-6);
    expect(energy.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    parts.slice(0, 2).forEach((part, i) => {
      const held = energy.slice(0, i + 1).reduce((sum, value) => sum + value, 0);
      expect(1 - (difference(part, end) / length(end)) ** 2).toBeCloseTo(held, 6);
      expect(dot(part, start) / length(part) / length(start)).toBeLessThan(-0.99);
    });
    // Without decay of the start it is the plain walk to the same end.
    const none = { start, ...sharesOf(kept.map(() => 1)) };
    const plain = await walkToEnd(end, lengths, [3], { seed: 9 });
    const same = await walkToEnd(end, lengths, [3], { seed: 9, decay: none });
    expect(difference((await copies(same.rebuilt()))[0]!, (await copies(plain.rebuilt()))[0]!)).toBeLessThan(
      1e-9,
    );
    same.energy.forEach((value, i) => expect(value).toBeCloseTo(plain.energy[i]!, 12));
  });

  it('rebuilds the same with few changes in memory as with all', async () => {
    const end = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(0.01 * i * i));
    const lengths = Array.from({ length: 6 }, (_, i) => 1 + i);
    const withHeld = async (heldNumbers: number) => {
      const { rebuilt } = await walkToEnd(end, lengths, [1, 2, 3, 5], { seed: 4, heldNumbers });
      return copies(rebuilt());
    };
    const all = await withHeld(1e9);
    expect(all.length).toBe(4);
    expect(await withHeld(1)).toEqual(all);
    expect(await withHeld(30_000)).toEqual(all);
  });

  it('stops between its blocks when cancelled', async () => {
    const stop = new AbortController();
    const { rebuilt } = await walkToEnd(change, [1, 1, 1], [1, 2], { seed: 1, signal: stop.signal });
    stop.abort();
    await expect(copies(rebuilt())).rejects.toMatchObject({ code: 'cancelled' });
    const late = walkToEnd(change, [1, 1, 1], [1, 2], { seed: 1, signal: stop.signal });
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('what is measured of a series', () => {
  it('uses as many checkpoints as fit in memory, at most a hundred, and all for the paper’s models', () => {
    for (const parameters of [290_401, 315_427, 580_387, 2_209_059]) {
      expect(fittingCheckpoints(parameters)).toBe(100);
      expect(gradientsFit(parameters, 40 + 60, 10)).toBe(true);
    }
    expect(fittingCheckpoints(5e6)).toBe(53);
    expect(() => fittingCheckpoints(1e8)).toThrow(/too large to be measured/);
    expect(gradientsFit(1e7, 40 + 60, 10)).toBe(false);
  });

  it('spans from the first to the last, evenly', () => {
    expect(keptEvenly(5, 100)).toEqual([0, 1, 2, 3, 4]);
    const kept = keptEvenly(1234, 100);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([100, 0, 1233]);
    const gaps = kept.slice(1).map((at, i) => at - kept[i]!);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
  });
});

describe('selectivity', () => {
  it('finds the span of gradients and the overlap of two spans', async () => {
    const e = (...at: number[]): Float64Array => {
      const vector = new Float64Array(dimensions);
      for (const i of at) vector[i] = 1 / Math.sqrt(at.length);
      return vector;
    };
    const a = await gradientSubspace([e(0), e(0, 1), e(1)], { count: 5, aboutMean: false });
    expect(a.length).toBe(2);
    const b = await gradientSubspace([e(1), e(2)], { count: 2, aboutMean: false });
    expect(subspaceOverlap(a, a)).toBeCloseTo(1, 9);
    expect(subspaceOverlap(a, b)).toBeCloseTo(0.5, 9);
  });

  it('leaves the mean gradient out of the covariance, and keeps it in the second moment', async () => {
    const gradients = [1, -1, 2, -2].map((along) => {
      const gradient = new Float64Array(dimensions);
      gradient[0] = 100;
      gradient[3] = along;
      return gradient;
    });
    const [secondMoment] = await gradientSubspace(gradients, { count: 1, aboutMean: false });
    const [covariance] = await gradientSubspace(gradients, { count: 1, aboutMean: true });
    expect(Math.abs(secondMoment![0]!)).toBeCloseTo(1, 6);
    expect(Math.abs(covariance![3]!)).toBeCloseTo(1, 9);
    expect(Math.abs(covariance![0]!)).toBeLessThan(1e-9);
  });

  it('is 1 if only its own task suffers, −1 if only the others do, and between otherwise', () => {
    const whole = { a: 1, b: 0.9, c: 0.8 };
    expect(selectivityIndex('a', whole, { a: 0.2, b: 0.9, c: 0.8 })).toBe(1);
    expect(selectivityIndex('a', whole, { a: 1, b: 0.1, c: 0.8 })).toBe(-1);
    expect(selectivityIndex('a', whole, whole)).toBeUndefined();
    expect(selectivityIndex('a', { a: 1 }, { a: 0.5 })).toBeUndefined();
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, unit, unit, (a, b, c) => {
        const index = selectivityIndex('a', whole, { a, b, c });
        return index === undefined || (index >= -1 && index <= 1);
      }),
    );
  });
});
