import { median } from '../../../extension/contract/median.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { attentionPlaces, gatherPlaces } from '../../../extension/engine/geometry/attentionPlaces.js';
import { matrixGaps } from '../../../extension/engine/geometry/curvature/matrixGaps.js';
import { defectOnset, publishedRule } from '../../../extension/engine/geometry/curvature/onset.js';
import { pathShares } from '../../../extension/engine/geometry/curvature/pathShares.js';
import { ruleQuality, shuffledInTime } from '../../../extension/engine/geometry/curvature/ruleQuality.js';
import { signDirection } from '../../../extension/engine/geometry/curvature/signDirections.js';
import { expectClose, gramOfChanges, oracle, oracleIsHere, oracleRows } from './oracle.js';
import type { SeriesRows } from './seriesRows.js';

interface Expected {
  readonly grokStep: number;
  readonly pc1: { readonly windowEnds: readonly number[] } & Readonly<Record<string, readonly number[]>>;
  readonly matrices: Readonly<
    Record<'layer0' | 'layer1', Record<'s1' | 's2' | 's3' | 'commutator', readonly number[]>>
  >;
  readonly defect: readonly { readonly step: number; readonly median: number }[];
  readonly onset: {
    readonly float64: {
      readonly baseline: number;
      readonly onset: number;
      readonly lead: number;
      readonly growth: number;
    };
  };
}

describe.runIf(oracleIsHere)('the path of training, as LAPACK has it', () => {
  let series: SeriesRows;
  let expected: Expected;
  beforeAll(async () => {
    series = await oracleRows();
    expected = oracle('2602.16746') as Expected;
  }, 60_000);

  it('PC1 of every attention matrix over every expanding window', async () => {
    const places = attentionPlaces(series.parameters);
    expect(places.map(({ group }) => group)).toEqual(
      [0, 1].flatMap((layer) => ['Q', 'K', 'V', 'O'].map((role) => `layer${layer}.${role}`)),
    );
    for (const place of places) {
      const shares = await pathShares(gramOfChanges(series.rows.map((row) => gatherPlaces(row, [place]))));
      expect(shares.map(({ end }) => series.steps[end])).toEqual(expected.pc1.windowEnds);
      shares.forEach(({ share }, i) => expectClose(share, expected.pc1[place.group]![i]!, place.group));
    }
  }, 60_000);

  it('gaps of the query matrices and their commutators with the key matrices', async () => {
    const places = attentionPlaces(series.parameters);
    const matrix = (t: number, group: string) => {
      const place = places.find((found) => found.group === group)!;
      return { rows: place.rows, columns: place.columns, data: gatherPlaces(series.rows[t]!, [place]) };
    };
    for (const t of [0, 17, 35]) {
      for (const layer of ['layer0', 'layer1'] as const) {
        const found = await matrixGaps(matrix(t, `${layer}.Q`), matrix(t, `${layer}.K`), 1);
        for (const key of ['s1', 's2', 's3', 'commutator'] as const) {
          expectClose(found?.[key], expected.matrices[layer][key][t]!, `${layer} ${key}`);
        }
      }
    }
  }, 60_000);

  it('onset, lead and growth of its defects', () => {
    const defects = expected.defect.map(({ step, median: defect }) => ({ step, defect }));
    const found = defectOnset(defects, publishedRule, expected.grokStep)!;
    const { baseline, onset, lead, growth } = expected.onset.float64;
    expectClose(found.baseline, baseline, 'baseline');
    expectClose(found.growth, growth, 'growth');
    expect([found.step, found.lead]).toEqual([onset, lead]);
  });
});

describe('the rule of onset', () => {
  const measured = (...values: number[]) => values.map((defect, i) => ({ step: 100 * i, defect }));

  it('asks for ten times the baseline and for twenty, from the third measurement on', () => {
    expect(defectOnset(measured(1, 1, 1, 19, 21))?.step).toBe(400);
    expect(defectOnset(measured(3, 3, 3, 29, 31))?.step).toBe(400);
    expect(defectOnset(measured(0.001, 50, 0.001, 0.5, 25))?.baseline).toBe(publishedRule.floor);
    expect(defectOnset(measured(1, 30, 1, 19))?.step).toBeUndefined();
    expect(defectOnset(measured(1, 1))).toBeUndefined();
  });

  it('moves with its threshold', () => {
    const defects = measured(1, 1, 1, 12, 18, 25, 41);
    const steps = [10, 20, 40].map(
      (threshold) => defectOnset(defects, { ...publishedRule, threshold })?.step,
    );
    expect(steps).toEqual([300, 500, 600]);
  });

  it('has a lead only before a grok step, negative where it comes after', () => {
    const defects = measured(1, 1, 1, 30);
    expect(defectOnset(defects, publishedRule)?.lead).toBeUndefined();
    expect(defectOnset(defects, publishedRule, 500)?.lead).toBe(200);
    expect(defectOnset(defects, publishedRule, 200)?.lead).toBe(-100);
  });

  it('has precision and recall over runs, those that never grok among them', () => {
    const rising = measured(1, 1, 1, 30, 40);
    const flat = measured(1, 1, 1, 2, 3);
    const runs = [
      { defects: rising, grokStep: 400 },
      { defects: rising },
      { defects: flat, grokStep: 400 },
      { defects: flat },
    ];
    const found = ruleQuality(runs, publishedRule);
    expect(found).toEqual({ hits: 1, falseAlarms: 1, misses: 1, precision: 0.5, recall: 0.5 });
    const [shuffled] = shuffledInTime(runs, 5);
    expect(shuffled!.defects.map(({ step }) => step)).toEqual(rising.map(({ step }) => step));
    expect(shuffled!.defects.map(({ defect }) => defect).sort()).toEqual(
      rising.map(({ defect }) => defect).sort(),
    );
    expect(ruleQuality([{ defects: flat }], publishedRule)).toEqual({ hits: 0, falseAlarms: 0, misses: 0 });
  });

  it('takes the mean of the middle two of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});

it('sign directions are balanced and differ by seed and column', () => {
  const length = 20_000;
  const sum = (x: Float64Array): number => x.reduce((total, value) => total + value, 0);
  const [first, second, other] = [
    signDirection(length, 1, 0),
    signDirection(length, 1, 1),
    signDirection(length, 2, 0),
  ];
  for (const direction of [first, second, other]) {
    expect(Math.abs(sum(direction))).toBeLessThan(4 * Math.sqrt(length));
    expect(direction.every((value) => Math.abs(value) === 1)).toBe(true);
  }
  expect(Math.abs(sum(first.map((value, i) => value * second[i]!)))).toBeLessThan(4 * Math.sqrt(length));
  expect(Math.abs(sum(first.map((value, i) => value * other[i]!)))).toBeLessThan(4 * Math.sqrt(length));
});
