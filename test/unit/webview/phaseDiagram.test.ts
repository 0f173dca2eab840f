import { describe, expect, it } from 'vitest';
import type { SweepCell } from '../../../extension/contract/report.js';
import {
  hasPhases,
  phaseAbsent,
  phaseFigure,
  phaseSays,
  phaseScales,
  phaseTable,
  placesOf,
  type PhaseChoice,
} from '../../../webview/pages/sweep/phaseDiagram.js';

const cell = (given: Partial<SweepCell> & Pick<SweepCell, 'name'>): SweepCell => ({
  ...{ inGrid: true, scale: 'p97', decay: 0, seed: 0, tasks: ['add'], status: 'finished', step: 500 },
  ...{ of: 500, chance: 1 / 97, measurements: [], split: 'python-random-shuffle' },
  ...{ regulariser: 'l2', trainFraction: 0.4, learningRate: 0.01, memorised: 0.39 },
  ...{ strength: { label: 1, perStep: 0.01 } },
  ...given,
});

/** λ 1 at two rates: the first reaches the goal in two of three runs, the second in none of one. */
const cells: readonly SweepCell[] = [
  cell({ name: 'a', seed: 0, generalised: 200, testAccuracy: 0.99 }),
  cell({ name: 'b', seed: 1, generalised: 300, testAccuracy: 0.97, status: 'running' }),
  cell({ name: 'c', seed: 2, testAccuracy: 0.6 }),
  cell({ name: 'd', seed: 2, status: 'queued' }),
  cell({ name: 'e', learningRate: 0.02, strength: { label: 1, perStep: 0.02 }, testAccuracy: 0.5 }),
  cell({ name: 'f', trainFraction: 0.3, testAccuracy: 0.3 }),
  cell({ name: 'g', regulariser: 'low-rank', strength: { label: 1 }, testAccuracy: 1, generalised: 100 }),
  cell({ name: 'h', regulariser: 'none', testAccuracy: 0.7 }),
  cell({ name: 'i', regulariser: 'both', status: 'queued' }),
].map(({ strength, ...rest }) =>
  rest.regulariser === 'none' || strength === undefined ? rest : { ...rest, strength },
);
const choice: PhaseChoice = {
  ...{ scale: 'p97', split: 'python-random-shuffle', axis: 'label', shows: 'success' },
};

describe('a phase diagram', () => {
  it('is there where a sweep varies the train fraction and keeps weights small', () => {
    expect(hasPhases(cells)).toBe(true);
    expect(phaseScales(cells)).toEqual(['p97']);
    expect(hasPhases(cells.filter(({ trainFraction }) => trainFraction === 0.4))).toBe(false);
    expect(hasPhases(cells.filter(({ regulariser }) => regulariser === 'none'))).toBe(false);
  });

  it('takes the rate that does best, and counts runs that have ended or succeeded', () => {
    const place = placesOf(cells, 'l2', choice).find(({ fraction }) => fraction === 0.4)!;
    expect(place).toMatchObject({ rates: 2, rate: 0.01, reached: 2, trials: 3, waiting: 1 });
    // Wilson's interval of two of three.
    expect([place.low, place.high].map((value) => value.toFixed(3))).toEqual(['0.208', '0.939']);
    expect(place.accuracy).toBeCloseTo((0.99 + 0.97 + 0.6) / 3, 12);
  });

  it('has fractions downwards, strengths to the right, and what has no run yet empty', () => {
    const figure = phaseFigure(cells, 'l2', { ...choice, axis: 'perStep' })!;
    expect(figure.rows.map((row) => row.slice(0, 3))).toEqual(['0.4', '0.3']);
    expect(figure.columns).toEqual([0.01, 0.02]);
    expect(figure.values).toEqual([
      [2 / 3, 0],
      [0, undefined],
    ]);
    expect(figure.texts).toEqual([
      ['2/3', '0/1'],
      ['0/1', ''],
    ]);
    expect(figure.notes![0]![0]!.join('\n')).toMatch(/2 of 3[^]*without decay: 0 of 1[^]*1 not ended/);
    expect(figure.range).toEqual([0, 1]);
    const accuracies = phaseFigure(cells, 'l2', { ...choice, shows: 'accuracy' })!;
    expect(accuracies.values[1]).toEqual([0.3]);
  });

  it('says why it is empty: no run yet, or none on this axis', () => {
    expect(phaseFigure(cells, 'both', choice)).toBeUndefined();
    expect(phaseAbsent(cells, 'both', choice)).toMatch(/evaluated/);
    expect(phaseFigure(cells, 'low-rank', { ...choice, axis: 'perStep' })).toBeUndefined();
    expect(phaseAbsent(cells, 'low-rank', { ...choice, axis: 'perStep' })).toMatch(/other axis/);
  });

  it('is said and tabled beside runs without decay and memory', () => {
    expect(phaseSays(cells, 'l2', choice)).toMatch(/At 1 of 2 places.*is 0\.4.*Without decay: at 0 of 1/);
    const { headings, rows } = phaseTable(cells, 'l2', choice);
    expect(rows.length).toBe(2);
    expect(rows.every((row) => row.length === headings.length)).toBe(true);
    expect(rows[0]).toContain(0.39);
  });
});
