import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../../extension/contract/run.js';
import { memorisedShare } from '../../../extension/engine/models/tasks/mirrors.js';
import { dynamicsOf } from '../../../extension/engine/papers/2606.04405/measure.js';
import {
  diagramPlace,
  measurementsOf,
  type Result,
} from '../../../extension/engine/papers/2606.04405/measurements.js';
import { amount } from '../../../extension/engine/papers/measurementTable.js';
import {
  planOf,
  rasterPlace,
  regulariserOf,
  strengthOf,
} from '../../../extension/engine/papers/2606.04405/plan.js';
import { publishedCell } from '../../../extension/engine/papers/2606.04405/published.js';
import { tablesOf } from '../../../extension/engine/papers/2606.04405/tables.js';
import type { Cell } from '../../../extension/engine/runs/grid.js';

const matrix = (stableRank: number, gradientCosine: number) => ({
  ...{ spectralNorm: 1, frobeniusNorm: 1, nuclearNorm: 1, smallest: 0, polarRadial: 1, polarTangential: 0 },
  ...{ gradientRadial: 0, gradientTangential: 1, decayRadial: 0, decayTangential: 0 },
  ...{ stableRank, gradientCosine },
});
const line = (step: number, rank: number, test: number, train = 1): Metrics => ({
  step,
  trainAccuracy: { add: train },
  testAccuracy: { add: test },
  matrices: {
    'blocks.0.wq.weight': matrix(rank - 1, 0.01),
    'blocks.0.wk.weight': matrix(rank + 1, -0.03),
  },
});
/** The rank halves at step 20; 95 % are reached at 40. */
const lines = [
  line(0, 32, 0.01, 0.01),
  line(20, 16, 0.4, 0.9),
  line(40, 6, 0.96),
  line(60, 4, 0.99),
  line(80, 3, 1),
];

const finished = (cell: Cell, metrics: readonly Metrics[]): Result => ({
  ...{ cell, inGrid: true, status: 'finished', step: 80 },
  analysis: dynamicsOf(metrics),
});

describe('dynamics of a run', () => {
  it('are the steps of collapse and generalisation, and ranks there and at twice the step', () => {
    const { points, ...found } = dynamicsOf(lines);
    expect(points.length).toBe(5);
    expect(found).toEqual({
      ...{ generalised: 40, memorised: 40, collapsed: 20, lead: 20 },
      ...{ firstRank: 32, rankGeneralised: 6, rankAtTwice: 3, lastRank: 3, testAccuracy: 1 },
      gradientCosine: expect.closeTo(0.02, 12) as number,
    });
  });

  it('leave out what a run did not reach', () => {
    const found = dynamicsOf(lines.slice(0, 2));
    expect(found.generalised).toBeUndefined();
    expect(found.lead).toBeUndefined();
    expect(found.collapsed).toBe(20);
  });
});

describe('the plan', () => {
  const quick = planOf({ quick: true, options: {} });

  it('searches every regulariser over the same rates and strengths, over three seeds', () => {
    const cells = quick.runs.filter((cell) => regulariserOf(cell) !== undefined);
    const rates = (name: string): string[] =>
      cells
        .filter((cell) => regulariserOf(cell) === name)
        .map(
          ({ config: { learningRate, data, initSeed } }) =>
            `${learningRate} ${data.split.trainFraction} ${initSeed}`,
        )
        .sort();
    expect(rates('none').length).toBe(2 * 2 * 3);
    expect(rates('l2')).toEqual(rates('none'));
    expect(rates('lrd')).toEqual(rates('none'));
    for (const { config, variant } of cells) {
      const [l2, lowRank] = [config.weightDecay > 0, config.lowRankDecay !== undefined];
      expect([l2, lowRank], variant).toEqual([variant!.startsWith('l2'), variant!.startsWith('lrd')]);
    }
    const strengths = (name: string) =>
      new Set(
        cells
          .filter((cell) => regulariserOf(cell) === name)
          .map(({ config }) => config.lowRankDecay?.lambda ?? config.weightDecay),
      );
    expect(strengths('lrd')).toEqual(strengths('l2'));
  });

  it('trains the authors’ diagram by the first code’s rules', () => {
    const whole = planOf({ quick: false, options: {} });
    const diagram = whole.runs.filter((cell) => cell.scale === 'diagram');
    expect(diagram.length).toBe(2 * 6 * 6);
    const lrd = diagram.find(({ name }) => name === 'diagram-lrd-0.005-f0.4-seed42')!;
    expect(lrd.config).toMatchObject({
      ...{ learningRate: 1e-3, batch: 512, maxSteps: 2500, weightDecay: 0.1 },
      decayedParameters: 'outside-low-rank',
      lowRankDecay: {
        lambda: 5e-3,
        iterations: 5,
        frobeniusFactor: false,
        learningRateFactor: false,
        matrices: 'qk',
      },
    });
    const l2 = diagram.find(({ name }) => name === 'diagram-l2-0.05-f0.4-seed42')!;
    expect(l2.config.weightDecay).toBe(0.5);
    expect(diagramPlace(finished(l2, lines))).toEqual({ side: 'l2', label: 0.05, fraction: 0.4 });
    expect([publishedCell('l2', 0.4, 0.05), publishedCell('lrd', 0.4, 5e-3)]).toEqual([0.49, 0.95]);
  });

  it('holds what is asked for of its parts and fractions', () => {
    expect(quick.runs.every((cell) => cell.scale !== 'diagram')).toBe(true);
    const part = planOf({ quick: true, options: { parts: 'diagram', fractions: '0.4' } });
    expect(part.runs.map(({ name }) => name)).toEqual([
      'diagram-lrd-0.005-f0.4-seed42',
      'diagram-l2-0.05-f0.4-seed42',
    ]);
  });

  it('has a diagram in whose columns both regularisers take the same share of a matrix', () => {
    const { runs } = planOf({ quick: false, options: { parts: 'raster' } });
    expect(new Set(runs.map(({ name }) => name)).size).toBe(runs.length);
    for (const { config, scale, variant, ...cell } of runs) {
      const own: Cell = { config, scale, variant: variant!, ...cell };
      const place = rasterPlace(own)!;
      expect(strengthOf(own)?.perStep).toBe(place.share);
      const strength = place.side === 'l2' ? config.weightDecay : config.lowRankDecay!.lambda;
      expect(Math.abs((config.learningRate * strength) / place.share - 1)).toBeLessThan(0.005);
      expect([config.weightDecay > 0, config.lowRankDecay !== undefined]).toEqual([
        place.side === 'l2',
        place.side === 'lrd',
      ]);
    }
    const places = (side: string) =>
      runs
        .map((cell) => rasterPlace(cell)!)
        .filter((place) => place.side === side)
        .map(({ fraction, rate, share }) => `${fraction} ${rate} ${share}`);
    expect(places('l2')).toEqual(places('lrd'));
    expect(Math.max(...runs.map(({ config }) => config.weightDecay))).toBe(10);
  });

  it('splits pairs with their mirrors where asked', () => {
    const { grid, runs } = planOf({ quick: true, options: { split: 'unordered', batch: 'full' } });
    expect(grid.base.data.split.method).toBe('unordered-pairs');
    expect(runs.every(({ config }) => config.data.split.method === 'unordered-pairs')).toBe(true);
  });
});

describe('what memory answers', () => {
  it('is near the train fraction for ordered pairs, and chance for unordered ones', () => {
    const split = { method: 'python-random-shuffle', seed: 42, trainFraction: 0.4, firstToken: 0 } as const;
    expect(Math.abs(memorisedShare(97, split) - 0.4)).toBeLessThan(0.02);
    expect(memorisedShare(97, { ...split, method: 'unordered-pairs' })).toBeCloseTo(1 / 97, 12);
  });
});

describe('tables', () => {
  const { runs } = planOf({ quick: true, options: { fractions: '0.4' } });
  const results = runs.flatMap((cell): Result[] => {
    const regulariser = regulariserOf(cell);
    if (regulariser === undefined) return [];
    // The second point of Low-Rank Decay alone reaches the goal.
    return [finished(cell, cell.variant === 'lrd-2' ? lines : lines.slice(0, 2))];
  });
  const [tuned] = tablesOf(results);

  it('choose the point with the fewest steps, beside the published ones', () => {
    const lrd = tuned!.rows.find(([name]) => name === 'Low-Rank Decay')!;
    const of = (column: string): string => lrd[tuned!.columns.indexOf(column)]!;
    expect(of('points searched')).toBe('2');
    expect(of('reached (95 % interval)')).toBe('3/3 (0.44 to 1.00)');
    expect(of('steps, each seed')).toBe('40, 40, 40');
    expect(of('published')).toBe('1200 to 1700');
    const none = tuned!.rows.find(([name]) => name === 'none')!;
    expect(none[tuned!.columns.indexOf('steps, median')]).toBe('not reached');
  });

  it('have the order of collapse and generalisation, seed by seed', () => {
    const order = tablesOf(results).find(({ title }) => title.startsWith('Order of rank collapse'))!;
    const of = (name: string, column: string): string =>
      order.rows.find((row) => row[0] === name && row.join(' ').includes('40, 40, 40'))?.[
        order.columns.indexOf(column)
      ] ?? '';
    expect(of('Low-Rank Decay', 'rank halved at')).toBe('20, 20, 20');
    expect(of('Low-Rank Decay', 'lead')).toBe('20, 20, 20');
    expect(of('Low-Rank Decay', 'rank at twice that step')).toBe('3, 3, 3');
    expect(order.rows.some(([name]) => name === 'none')).toBe(true);
    expect(order.notes[0]).toContain('in 3 of 3 runs');
  });

  it('write a small number as one that is not zero', () => {
    expect(amount(2.5e-8, 'number')).toBe('2.5e-8');
    expect([0, -0.004, 0.005, 3].map((value) => amount(value, 'number'))).toEqual([
      ...['0.00', '-4.0e-3', '0.01', '3.00'],
    ]);
  });

  it('have measured, published and null of a run', () => {
    const found = measurementsOf(results.find(({ cell }) => cell.variant === 'lrd-2')!);
    const steps = found.find(({ name }) => name === 'steps to 95 %')!;
    expect(steps).toMatchObject({ value: 40, published: { low: 1200, high: 1700 } });
    const accuracy = found.find(({ name }) => name === 'test accuracy')!;
    expect(accuracy.value).toBe(1);
    expect(accuracy.nulls[0]!.value).toBeCloseTo(0.4, 1);
    expect(measurementsOf(results.find(({ cell }) => cell.variant === 'none-1')!)[0]!.value).toEqual({
      above: 500,
    });
  });
});

describe('the diagram on equal strengths', () => {
  it('shows each place at the rate with the most successes, beside what memory answers', () => {
    const { runs } = planOf({ quick: true, options: { parts: 'raster', fractions: '0.4' } });
    // Low-Rank Decay reaches the goal at one share and rate, L2 nowhere.
    const isReached = (cell: Cell): boolean =>
      cell.variant === 'lrd-0.01' && cell.config.learningRate === 0.03;
    const table = tablesOf(
      runs.map((cell) => finished(cell, isReached(cell) ? lines : lines.slice(0, 2))),
    ).find(({ title }) => title.startsWith('Phase diagram on equal strengths'))!;
    expect(table.columns).toEqual([
      ...['train fraction', 'regulariser', 'ηλ 0.003', 'ηλ 0.01', 'ηλ 0.03'],
      'null: mirrors from memory',
    ]);
    const [l2, lrd] = table.rows;
    expect(l2!.slice(2, 5).every((cell) => cell.startsWith('0/3 (0.00 to 0.56), not reached'))).toBe(true);
    expect(lrd![3]).toBe('3/3 (0.44 to 1.00), 40 steps, η 0.03, λ 0.333');
    expect(lrd![2]).toMatch(/^0\/3/);
    expect(Math.abs(Number(lrd!.at(-1)) - 0.4)).toBeLessThan(0.02);
  });
});
