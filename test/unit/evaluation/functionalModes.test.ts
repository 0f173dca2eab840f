import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelSession, type ModelSession } from '../../../extension/engine/evaluation/modelSession.js';
import {
  addToPlaces,
  attentionPlaces,
  gatherPlaces,
} from '../../../extension/engine/geometry/attentionPlaces.js';
import { signDirection } from '../../../extension/engine/geometry/curvature/signDirections.js';
import { bases } from '../../../extension/engine/geometry/modes/bases.js';
import { concentrationOf, groupMeans } from '../../../extension/engine/geometry/modes/concentration.js';
import { fisherTail } from '../../../extension/engine/geometry/modes/fisher.js';
import {
  functionalMode,
  mean,
  type FunctionalMode,
} from '../../../extension/engine/geometry/modes/functionalMode.js';
import { permutationNull } from '../../../extension/engine/geometry/modes/permutationNull.js';
import { ridgeScores } from '../../../extension/engine/geometry/modes/ridge.js';
import { ridgeFeatures, ridgeFeatureSets } from '../../../extension/engine/geometry/modes/ridgeFeatures.js';
import { mixedDirection, sumDirection, unit } from '../../../extension/engine/geometry/updates/directions.js';
import { gramWindow, updateGram } from '../../../extension/engine/geometry/updates/updateGram.js';
import { windowSpectrum } from '../../../extension/engine/geometry/updates/windowSpectrum.js';
import { expectClose, gramOfChanges, oracle, oracleIsHere, oracleRows } from '../geometry/oracle.js';
import type { SeriesRows } from '../geometry/seriesRows.js';

interface ExpectedBases {
  readonly [basis: string]: {
    readonly F: number;
    readonly peak: number;
    /** Absent for sums. */
    readonly F_fixed?: number;
    readonly peak_fixed?: number;
    readonly fisherP?: number;
  };
}
interface ExpectedSide {
  readonly f: {
    readonly mean: number;
    readonly sd: number;
    readonly min: number;
    readonly max: number;
    readonly first8: readonly number[];
  };
  readonly bases: ExpectedBases;
}
interface Expected {
  readonly eps: number;
  readonly thetaAttention: number;
  readonly testPairs: number;
  readonly modes: readonly {
    readonly k: number;
    readonly plus: ExpectedSide;
    readonly minus: ExpectedSide;
    readonly dhFirstPair: readonly number[];
    readonly dhFrobenius: number;
  }[];
  readonly sums: Readonly<Record<string, { readonly mean: number; readonly bases: ExpectedBases }>>;
  readonly randomDirections: Readonly<
    Record<string, { readonly F: readonly number[]; readonly peak: readonly number[] }>
  >;
  readonly randomDirectionsMeanF2: readonly number[];
  readonly permutationNull: Readonly<Record<string, { readonly mean: number; readonly q95: number }>>;
  readonly ridge: Readonly<
    Record<
      string,
      Record<'scalar' | 'dh', Record<string, { readonly inSample: number; readonly heldOut: number }>>
    >
  >;
  readonly ridgeRows: number;
  readonly ridgeFeatures: Readonly<Record<string, number>>;
}

describe.runIf(oracleIsHere)("functional modes of PyTorch's series", () => {
  let series: SeriesRows;
  let expected: Expected;
  let session: ModelSession;
  let directions: Float64Array[];
  let base: Float64Array;
  const modes = new Map<Float64Array, FunctionalMode>();

  /** δh of a step of eps along a direction of the attention matrices, at the last checkpoint. */
  const modeOf = async (direction: Float64Array, sign: 1 | -1 = 1): Promise<FunctionalMode> => {
    const known = sign === 1 ? modes.get(direction) : undefined;
    if (known !== undefined) return known;
    const { a, b } = session.pairs('test');
    const row = series.rows.at(-1)!.slice();
    addToPlaces(row, attentionPlaces(series.parameters), sign * expected.eps, direction);
    const mode = functionalMode(await session.hidden(row, a, b), base, session.descriptor.model.d);
    if (sign === 1) modes.set(direction, mode);
    return mode;
  };

  const expectBases = ({ squared }: FunctionalMode, theirs: ExpectedBases): void => {
    const { a, b } = session.pairs('test');
    for (const basis of bases) {
      const means = groupMeans(squared, basis.residues(a, b, 97), basis.modulus(97));
      const published = concentrationOf(means, 'published')!;
      const fixed = concentrationOf(means, 'fixed')!;
      const { F, peak, F_fixed: fixedF, peak_fixed: fixedPeak } = theirs[basis.name]!;
      expectClose(published.concentration, F, basis.name);
      expect(published.peak).toBe(peak);
      if (fixedF !== undefined) {
        expectClose(fixed.concentration, fixedF, `${basis.name} fixed`);
        expect(fixed.peak).toBe(fixedPeak);
        expectClose(fisherTail(fixed.concentration, 48), theirs[basis.name]!.fisherP!, `${basis.name} p`);
      }
    }
  };

  beforeAll(async () => {
    series = await oracleRows();
    expected = oracle('2604.06256') as Expected;
    session = openModelSession(series.descriptor, { dtype: 'float64' });
    const places = attentionPlaces(series.parameters);
    const attention = series.rows.slice(-21).map((row) => gatherPlaces(row, places));
    const updates = updateGram(gramOfChanges(attention));
    const { coefficients } = await windowSpectrum(gramWindow(updates, 0, 20), true);
    const vectors = attention.slice(1).map((row, i) => row.map((value, j) => value - attention[i]![j]!));
    directions = coefficients.slice(0, 8).map((each) => mixedDirection(each, vectors));
    const { a, b } = session.pairs('test');
    base = await session.hidden(series.rows.at(-1)!, a, b);
    expect(a).toHaveLength(expected.testPairs);
    const theta = attention.at(-1)!;
    expectClose(norm(theta), expected.thetaAttention, 'length of the attention weights');
  }, 60_000);
  afterAll(() => session.dispose());

  it('of v1 … v8 with either sign: f, and F and peak in five bases and both recipes', async () => {
    for (const { k, plus, minus, dhFirstPair, dhFrobenius } of expected.modes) {
      for (const [sign, theirs] of [
        [1, plus],
        [-1, minus],
      ] as const) {
        const mode = await modeOf(directions[k - 1]!, sign);
        expectClose(mean(mode.squared), theirs.f.mean, `v${k}, mean of f`);
        expectClose(Math.max(...mode.squared), theirs.f.max, `v${k}, largest f`);
        expectClose(Math.min(...mode.squared), theirs.f.min, `v${k}, smallest f`);
        theirs.f.first8.forEach((value, i) => expectClose(mode.squared[i], value, `v${k}, f of pair ${i}`));
        expectBases(mode, theirs.bases);
        if (sign === 1) {
          dhFirstPair.forEach((value, i) => expectClose(mode.change[i], value, `v${k}, δh`));
          expectClose(norm(mode.change), dhFrobenius, 'δh');
        }
      }
    }
  }, 120_000);

  it('of sums of directions', async () => {
    for (const [name, { mean: theirs, bases: theirBases }] of Object.entries(expected.sums)) {
      const summed = name.split('+').map((v) => directions[Number(v.slice(1)) - 1]!);
      const mode = await modeOf(sumDirection(summed));
      expectClose(mean(mode.squared), theirs, name);
      expectBases(mode, theirBases);
    }
  }, 120_000);

  it('of sixteen random directions', async () => {
    const { a, b } = session.pairs('test');
    for (let i = 0; i < 16; i++) {
      const { squared } = await modeOf(unit(signDirection(131072, 101 + i, 0)));
      expectClose(mean(squared), expected.randomDirectionsMeanF2[i]!, `random ${i}`);
      for (const basis of bases) {
        const means = groupMeans(squared, basis.residues(a, b, 97), basis.modulus(97));
        const found = concentrationOf(means, 'published')!;
        const { F, peak } = expected.randomDirections[basis.name]!;
        expectClose(found.concentration, F[i]!, `random ${i}, ${basis.name}`);
        expect(found.peak).toBe(peak[i]);
      }
    }
  }, 120_000);

  it('of v1 under permutations of the pairs', async () => {
    const { a, b } = session.pairs('test');
    const { squared } = await modeOf(directions[0]!);
    for (const basis of bases) {
      const found = permutationNull(squared, basis.residues(a, b, 97), basis.modulus(97), {
        permutations: 300,
        seeds: [3],
        recipe: 'published',
      });
      // Standard deviation of one draw is .022.
      expect(Math.abs(found.mean - expected.permutationNull[basis.name]!.mean)).toBeLessThan(0.006);
      expect(Math.abs(found.q95 - expected.permutationNull[basis.name]!.q95)).toBeLessThan(0.02);
    }
  }, 60_000);

  it('regressed on additive, multiplicative and cross features, in sample and held out', async () => {
    const { a, b } = session.pairs('test');
    const kept = [...a.keys()].filter((i) => a[i]! > 0 && b[i]! > 0);
    expect(kept).toHaveLength(expected.ridgeRows);
    const d = session.descriptor.model.d;
    const names = Object.keys(expected.ridge);
    const targets = [];
    for (const name of names) {
      const direction = name.startsWith('v')
        ? directions[Number(name.slice(1)) - 1]!
        : unit(signDirection(131072, Number(name.slice('random'.length)), 0));
      const { squared, change } = await modeOf(direction);
      const rows = kept.map((i) => change.subarray(i * d, (i + 1) * d));
      const data = new Float64Array(kept.length * d);
      rows.forEach((row, i) => data.set(row, i * d));
      targets.push({ rows: kept.length, columns: 1, data: Float64Array.from(kept, (i) => squared[i]!) });
      targets.push({ rows: kept.length, columns: d, data });
    }
    const pick = (values: Int32Array): Int32Array => Int32Array.from(kept, (i) => values[i]!);
    const features = ridgeFeatures(pick(a), pick(b), 97);
    for (const set of ridgeFeatureSets) {
      expect(features[set].columns).toBe(expected.ridgeFeatures[set]);
      const scores = await ridgeScores(features[set], targets);
      names.forEach((name, i) => {
        for (const [at, key] of [
          [0, 'scalar'],
          [1, 'dh'],
        ] as const) {
          const theirs = expected.ridge[name]![key][set]!;
          expectClose(scores[2 * i + at]!.inSample, theirs.inSample, `${name} ${key} ${set} in sample`);
          expectClose(scores[2 * i + at]!.heldOut, theirs.heldOut, `${name} ${key} ${set} held out`);
        }
      });
    }
  }, 240_000);
});

const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
