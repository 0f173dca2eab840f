import { describe, expect, it } from 'vitest';
import {
  decayAndWalk,
  fittedDecay,
  gramWithoutDecay,
  nullDistances,
  sharesOf,
  stepsWithoutDecay,
  withoutStart,
} from '../../../extension/engine/geometry/decayNull.js';
import { gramOfRows, randomWalk, stepLengths } from '../../../extension/engine/geometry/randomWalkNull.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';

const dimensions = 40;
const checkpoints = 6;
const random = seededRandom(3);
const start = Float64Array.from({ length: dimensions }, () => random.normal());
const kept = Array.from({ length: checkpoints }, (_, t) => 0.8 ** t);
const path = ((): Float64Array[] => {
  let walk = new Float64Array(dimensions);
  return kept.map((share, t) => {
    if (t > 0) walk = walk.map((value) => value + 0.2 * random.normal());
    return start.map((value, i) => share * value + walk[i]!);
  });
})();

/** Rows θ_t − θ_0 and last −θ_0, as the pass over a series sums them. */
const extended = gramOfRows({
  rows: checkpoints + 1,
  columns: dimensions,
  data: Float64Array.from(
    [...path, new Float64Array(dimensions)].flatMap((row) => [...row.map((x, i) => x - start[i]!)]),
  ),
});
const { gram, start: products } = withoutStart(extended);
const closeTo = (found: Matrix, wanted: Matrix): void =>
  found.data.forEach((value, i) => expect(value).toBeCloseTo(wanted.data[i]!, 9));

const shares = sharesOf(kept);

describe('the decay of the start', () => {
  it('leaves the rows θ_t − d_t·θ_0', () => {
    const rows = path.flatMap((row, t) => [...row.map((x, i) => x - kept[t]! * start[i]!)]);
    const wanted = gramOfRows({ rows: checkpoints, columns: dimensions, data: Float64Array.from(rows) });
    closeTo(gramWithoutDecay(gram, products, kept), wanted);
  });

  it('is fitted so that what is left stands at right angles to the start', () => {
    const fitted = fittedDecay(products)!;
    path.forEach((row, t) => {
      const left = row.map((x, i) => x - fitted[t]! * start[i]!);
      expect(left.reduce((sum, x, i) => sum + x * start[i]!, 0)).toBeCloseTo(0, 9);
    });
    expect(fittedDecay({ products: [0, 0], squared: 0 })).toBeUndefined();
  });
});

describe('decay and a random walk', () => {
  it('begins at the start, and takes steps that decay leaves', () => {
    const rows = decayAndWalk(gram, products, shares, dimensions, 1, 2);
    expect(rows.data.subarray(0, rows.columns)).toEqual(new Float64Array(rows.columns));
    // The first axis is the start's.
    const at = (t: number, i: number): number =>
      rows.data[t * rows.columns + i]! - (i === 0 ? (kept[t]! - 1) * Math.sqrt(products.squared) : 0);
    const wanted = path.slice(1).map((row, t) => {
      const left = row.map((x, i) => x - 0.8 * path[t]![i]!);
      return Math.sqrt(left.reduce((sum, x) => sum + x * x, 0));
    });
    wanted.forEach((length, t) => {
      const squared = Array.from({ length: rows.columns }, (_, i) => (at(t + 1, i) - 0.8 * at(t, i)) ** 2);
      expect(Math.sqrt(squared.reduce((sum, x) => sum + x, 0))).toBeCloseTo(length, 9);
    });
  });

  it('is the plain walk where nothing decays', () => {
    const plain = decayAndWalk(gram, products, sharesOf(kept.map(() => 1)), dimensions, 1, 2);
    stepLengths(gramOfRows(plain)).forEach((length, s) =>
      expect(length).toBeCloseTo(stepLengths(gram)[s]!, 9),
    );
  });
});

describe('a start that has decayed to nothing', () => {
  it('has nulls all the same: from checkpoint to checkpoint there is a share where both ends have none', () => {
    const gone = { kept: kept.map((_, t) => (t === 0 ? 1 : 0)), between: kept.slice(1).map(() => 0.8) };
    const lengths = stepsWithoutDecay(gramWithoutDecay(gram, products, gone.kept), gone);
    expect(lengths.every(Number.isFinite)).toBe(true);
    expect(decayAndWalk(gram, products, gone, dimensions, 1).data.every(Number.isFinite)).toBe(true);
    expect(nullDistances(lengths, products.squared, gone).every(Number.isFinite)).toBe(true);
    // A fit that finds nothing left has no share to go on with.
    expect(sharesOf([1, 0, 0]).between).toEqual([0, 0]);
  });
});

describe('distances of the nulls', () => {
  const { gram, start: products } = withoutStart(extended);
  const draws = 4000;
  const measured = (drawn: (draw: number) => Matrix): number[] => {
    const squares = new Float64Array(checkpoints);
    for (let draw = 0; draw < draws; draw++) {
      const { data, columns } = drawn(draw);
      for (let i = 0; i < data.length; i++) squares[Math.floor(i / columns)]! += data[i]! ** 2;
    }
    return Array.from(squares, (sum) => Math.sqrt(sum / draws));
  };

  it('are those of drawn decays in the root mean square', () => {
    const lengths = stepsWithoutDecay(gramWithoutDecay(gram, products, kept), shares);
    const exact = nullDistances(lengths, products.squared, shares);
    const drawn = measured((draw) => decayAndWalk(gram, products, shares, dimensions, 7, draw));
    exact.forEach((distance, t) =>
      expect(Math.abs(drawn[t]! - distance)).toBeLessThanOrEqual(0.01 * distance),
    );
    expect(exact[0]).toBe(0);
  });

  it('are those of drawn walks where nothing decays', () => {
    const lengths = stepLengths(gram);
    const exact = nullDistances(lengths, 0, sharesOf(kept.map(() => 1)));
    const drawn = measured((draw) => randomWalk(lengths, dimensions, 9, draw));
    exact.forEach((distance, t) =>
      expect(Math.abs(drawn[t]! - distance)).toBeLessThanOrEqual(0.01 * distance),
    );
  });
});
