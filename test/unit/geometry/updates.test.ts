import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { attentionPlaces, gatherPlaces } from '../../../extension/engine/geometry/attentionPlaces.js';
import { randomWalkGram, stepLengths } from '../../../extension/engine/geometry/randomWalkNull.js';
import { cosine, mixedDirection } from '../../../extension/engine/geometry/updates/directions.js';
import { independentUpdates } from '../../../extension/engine/geometry/updates/independentUpdates.js';
import { gapDecline, spectralEdge } from '../../../extension/engine/geometry/updates/spectralEdge.js';
import { gramWindow, updateGram } from '../../../extension/engine/geometry/updates/updateGram.js';
import {
  windowSingularValues,
  windowSpectrum,
} from '../../../extension/engine/geometry/updates/windowSpectrum.js';
import type { Matrix } from '../../../extension/engine/linalg/matrix.js';
import { expectClose, gramOfChanges, oracle, oracleIsHere, oracleRows } from './oracle.js';

interface ExpectedWindow {
  readonly lastStep: number;
  readonly singularValues: readonly number[];
  readonly kStarRatio: number;
  readonly kStarRatioUpTo10: number;
  readonly kStarWeighted: number;
  readonly R_ratioUpTo10: number;
  readonly R_weighted: number;
  readonly s1_over_s2: number;
  readonly g12: number;
  readonly g23: number;
  readonly g12Squared: number;
  readonly g23Squared: number;
}

interface Expected {
  readonly grokStep: number;
  readonly window10Uncentred: readonly ExpectedWindow[];
  readonly window20Centred: readonly ExpectedWindow[];
  readonly independentUpdates: readonly {
    readonly lastStep: number;
    readonly lengths: readonly number[];
    readonly s1_over_s2_mean: number;
    readonly s1_over_s2_q95: number;
    readonly g23_mean: number;
  }[];
  readonly vChecks: readonly {
    readonly k: number;
    readonly largestIndex: number;
    readonly largest: number;
    readonly first: number;
    readonly dotLastUpdate: number;
    readonly cosRadial: number;
  }[];
}

describe.runIf(oracleIsHere)("update spectra of PyTorch's series, as LAPACK has them", () => {
  let attention: Float64Array[];
  let steps: readonly number[];
  let updates: Matrix;
  let expected: Expected;
  beforeAll(async () => {
    const series = await oracleRows();
    const places = attentionPlaces(series.parameters);
    attention = series.rows.map((row) => gatherPlaces(row, places));
    steps = series.steps;
    updates = updateGram(gramOfChanges(attention));
    expected = oracle('2604.06256') as Expected;
  }, 60_000);

  it.each([
    { window: 10, centred: false, key: 'window10Uncentred' },
    { window: 20, centred: true, key: 'window20Centred' },
  ] as const)(
    'of $window updates, centred $centred',
    async ({ window, centred, key }) => {
      for (const { lastStep, ...theirs } of expected[key]) {
        const start = steps.indexOf(lastStep) - window;
        const { singularValues } = await windowSpectrum(gramWindow(updates, start, window), centred);
        expect(singularValues).toHaveLength(theirs.singularValues.length);
        singularValues.forEach((value, k) => expectClose(value, theirs.singularValues[k]!, `s${k + 1}`));
        const edge = spectralEdge(singularValues);
        expect(edge.kStar).toEqual({
          ratio: theirs.kStarRatio,
          ratioUpTo10: theirs.kStarRatioUpTo10,
          weighted: theirs.kStarWeighted,
        });
        expectClose(edge.gapRatio.ratioUpTo10, theirs.R_ratioUpTo10, 'R');
        expectClose(edge.gapRatio.weighted, theirs.R_weighted, 'R weighted');
        expectClose(edge.ratio12, theirs.s1_over_s2, 's1/s2');
        for (const gap of ['g12', 'g23', 'g12Squared', 'g23Squared'] as const) {
          expectClose(edge[gap], theirs[gap], gap);
        }
      }
    },
    60_000,
  );

  it('v1 … v8 of the last window, with the sign of their largest entry, and their share along the weights', async () => {
    const window = 20;
    const start = steps.length - 1 - window;
    const { coefficients } = await windowSpectrum(gramWindow(updates, start, window), true);
    const last = attention.at(-1)!;
    const vectors = Array.from({ length: window }, (_, i) =>
      attention[start + i + 1]!.map((value, j) => value - attention[start + i]![j]!),
    );
    for (const { k, ...theirs } of expected.vChecks) {
      const direction = mixedDirection(coefficients[k - 1]!, vectors);
      expectClose(direction[0], theirs.first, `v${k}, first entry`);
      expectClose(direction[theirs.largestIndex], theirs.largest, `v${k}, largest entry`);
      expectClose(cosine(direction, last), theirs.cosRadial, `v${k}, cosine with the weights`);
      const along = direction.reduce((sum, value, i) => sum + value * vectors.at(-1)![i]!, 0);
      expectClose(along, theirs.dotLastUpdate, `v${k}, along the last update`);
    }
  }, 60_000);

  it('independent updates of the same lengths have gaps that fall as far', async () => {
    const lengths = stepLengths(gramOfChanges(attention));
    for (const theirs of expected.independentUpdates) {
      const end = steps.indexOf(theirs.lastStep);
      const own = lengths.slice(end - 10, end);
      own.forEach((length, i) => expectClose(length, theirs.lengths[i]!, 'length'));
      const found = await independentUpdates({
        lengths: own,
        dimensions: attention[0]!.length,
        centred: false,
        draws: 100,
        seeds: [theirs.lastStep],
      });
      // Means of 100 draws that spread by less than a thousandth.
      expect(Math.abs(found.ratio12!.mean - theirs.s1_over_s2_mean)).toBeLessThan(5e-4);
      expect(Math.abs(found.ratio12!.q95 - theirs.s1_over_s2_q95)).toBeLessThan(1.5e-3);
      expect(Math.abs(found.g23!.mean - theirs.g23_mean)).toBeLessThan(2e-3 * lengths[0]!);
    }
  }, 60_000);

  it('g23 of squares falls thirtyfold to the grok step, as the paper says, and by step lengths alone as well', async () => {
    const gaps = expected.window10Uncentred.map(({ lastStep, g23Squared }) => ({
      lastStep,
      gap: g23Squared,
    }));
    const decline = gapDecline(gaps, expected.grokStep)!;
    expect(decline.early).toBeCloseTo(14.25, 1);
    expect(decline.factor).toBeGreaterThan(15);
    expect(decline.factor).toBeLessThan(111);
    const nulls = expected.independentUpdates.map(({ lastStep, g23_mean: gap }) => ({ lastStep, gap }));
    expect(gapDecline(nulls, expected.grokStep)!.factor).toBeGreaterThan(15);
  });
});

describe('independent updates', () => {
  it('break behind the steps that are longer, under each definition', async () => {
    const lengths = [9, 9, 9, 1, 1, 1];
    const { kStar } = await independentUpdates({
      ...{ lengths, dimensions: 10_000, centred: false },
      ...{ draws: 20, seeds: [1] },
    });
    for (const spread of [kStar.ratio, kStar.ratioUpTo10, kStar.weighted])
      expect(spread).toEqual({ mean: 3, q05: 3, q95: 3 });
  });

  it('do not break above a step of length zero', async () => {
    const { kStar, mean } = await independentUpdates({
      ...{ lengths: [9, 9, 9, 1, 0, 1, 1, 1, 1, 1], dimensions: 10_000, centred: false },
      ...{ draws: 20, seeds: [1] },
    });
    for (const spread of [kStar.ratio, kStar.ratioUpTo10, kStar.weighted])
      expect(spread).toEqual({ mean: 3, q05: 3, q95: 3 });
    expect(mean.at(-1)).toBe(0);
  });
});

describe('the edge of a spectrum', () => {
  it('is where each definition has it', () => {
    const { kStar, gapRatio } = spectralEdge([8, 6, 2, 1.9, 0.1]);
    expect(kStar).toEqual({ ratio: 4, ratioUpTo10: 4, weighted: 4 });
    expect(gapRatio.ratio).toBeCloseTo(19, 10);
    expect(spectralEdge([8, 2, 1.5, 0.6]).kStar).toEqual({ ratio: 1, ratioUpTo10: 1, weighted: 1 });
  });

  it('looks at ten places where the paper does, and at all where the thesis does', () => {
    const values = [...Array.from({ length: 12 }, (_, i) => 20 - i), 0.5];
    expect(spectralEdge(values).kStar).toEqual({ ratio: 12, ratioUpTo10: 10, weighted: 1 });
  });

  it('is absent where there is no lower neighbour', () => {
    expect(spectralEdge([3])).toEqual({ kStar: {}, gapRatio: {} });
    expect(spectralEdge([]).kStar).toEqual({});
    expect(spectralEdge([3, 0]).kStar).toEqual({});
  });
});

describe('updates', () => {
  it('have the inner products of neighbouring differences', async () => {
    const points = [
      [0, 0, 0],
      [1, 2, 0],
      [1, 2, 4],
      [-1, 0, 4],
    ].map((point) => Float64Array.from(point));
    const gram = updateGram(gramOfChanges(points));
    expect([...gram.data]).toEqual([5, 0, -6, 0, 16, 0, -6, 0, 8]);
    const { singularValues } = await windowSpectrum(gramWindow(gram, 1, 1), false);
    expect(singularValues).toEqual([4]);
  });

  it('of a centred window have one value fewer', async () => {
    const gram = updateGram(gramOfChanges([1, 2, 4, 8].map((x) => Float64Array.of(x, x * x))));
    expect((await windowSpectrum(gram, true)).singularValues).toHaveLength(2);
    expect((await windowSpectrum(gram, false)).singularValues).toHaveLength(3);
  });

  it.each([8, 10, 20, 60])(
    'of length zero beside %d others leave their spectrum, and zeros',
    async (count) => {
      const lengths = Array.from({ length: count }, (_, i) => 1 + (i % 3));
      const walk = randomWalkGram(lengths, 10_000, 5);
      const others = (await windowSpectrum(updateGram(walk), false)).singularValues;
      for (const zeros of [1, 2]) {
        // The run stands still behind its third step.
        const times = [...Array(count + 1).keys()].flatMap((t) =>
          Array<number>(t === 3 ? 1 + zeros : 1).fill(t),
        );
        const data = times.flatMap((s) => times.map((t) => walk.data[s * walk.columns + t]!));
        const [rows, columns] = [times.length, times.length];
        const gram = updateGram({ rows, columns, data: Float64Array.from(data) });
        const { singularValues, coefficients } = await windowSpectrum(gram, false);
        for (const found of [singularValues, await windowSingularValues(gram, false)]) {
          expect(found.slice(count)).toEqual(Array<number>(zeros).fill(0));
          others.forEach((value, k) => expectClose(found[k], value, `s${k + 1}`));
          expect(spectralEdge(found).kStar).toEqual(spectralEdge(others).kStar);
        }
        expect(coefficients.slice(count)).toEqual(Array<number[]>(zeros).fill([]));
      }
    },
  );

  it.each([0, 1, 100])('of fewer numbers than updates have zeros, %d away from the start', async (away) => {
    const random = seededRandom(3);
    const point = Float64Array.from({ length: 4 }, () => random.normal());
    const points = [point.slice(), point.map((x) => x + away * random.normal())];
    for (let t = 0; t < 20; t++) points.push(points.at(-1)!.map((x) => x + 0.01 * random.normal()));
    const rows = gramOfChanges(points);
    const gram = updateGram(rows);
    const distance = Math.sqrt(rows.data.at(-1)!);
    const window = gramWindow(gram, gram.rows - 10, 10);
    const { singularValues, coefficients } = await windowSpectrum(window, false, distance);
    for (const found of [singularValues, await windowSingularValues(window, false, distance)]) {
      expect(found.map((value) => value > 0)).toEqual(singularValues.map((_, k) => k < 4));
    }
    expect(coefficients.map((row) => row.length)).toEqual(singularValues.map((_, k) => (k < 4 ? 10 : 0)));
    const lengths = Array.from({ length: 10 }, (_, i) => Math.sqrt(window.data[11 * i]!));
    const request = { lengths, dimensions: 4, centred: false, draws: 5, seeds: [1] };
    const { mean } = await independentUpdates({ ...request, distance });
    expect(mean.map((value) => value > 0)).toEqual(mean.map((_, k) => k < 4));
  });
});
