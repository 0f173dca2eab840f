import { describe, expect, it } from 'vitest';
import type { Measurement, Sweep, SweepCell } from '../../../extension/contract/report.js';
import { legendOf, without } from '../../../webview/charts/figure.js';
import { draw } from '../../../webview/charts/plotlyFigure.js';
import { tableOf } from '../../../webview/charts/table.js';
import { amountSays, panelsSay, statusSays } from '../../../webview/pages/sweep/sentences.js';
import { besideFigure, sweepFigure } from '../../../webview/pages/sweep/figure.js';
import { accuracyOf } from '../../../webview/report/sweepCells.js';
import { chartTheme } from './chartTheme.js';

const axes: Sweep = {
  name: 'small',
  path: '/sweep/sweep.json',
  scales: ['narrow', 'wide'],
  decays: [0.1, 1],
  seeds: [1],
  tasks: [['add', 'mul']],
};
const slice = { seed: 1, tasks: ['add', 'mul'] };

const cell = (scale: string, decay: number, rest: Partial<SweepCell> = {}): SweepCell => ({
  name: `${scale}-wd${decay}`,
  inGrid: true,
  ...{
    scale,
    decay,
    seed: 1,
    tasks: ['add', 'mul'],
    status: 'queued',
    step: 0,
    of: 60,
    chance: 0.2,
    measurements: [],
  },
  ...rest,
});

const measured: NonNullable<SweepCell['measured']> = {
  step: 60,
  testAccuracy: { add: 1, mul: 0.9 },
  reconstructions: [
    {
      method: 'trajectory-pca',
      of: 'change',
      scope: 'all',
      matrices: ['all'],
      fullRank: 4,
      baseline: { testAccuracy: { add: 1, mul: 0.9 } },
      points: [
        { rank: 1, energy: 0.9, relativeError: 0.3, testAccuracy: { add: 0.4, mul: 0.2 } },
        { rank: 2, energy: 1, relativeError: 0, testAccuracy: { add: 1, mul: 0.9 } },
      ],
    },
  ],
  nullCurves: [
    {
      name: 'random walk to the same end',
      fullRank: 4,
      points: [{ rank: 1, energy: 0.5, testAccuracy: { add: 0.2, mul: 0.2 } }],
    },
  ],
};
const kStar: Measurement = {
  ...{ name: 'k*(95)', table: 'Table 2', says: 'Fewest components.', format: 'count', value: 2 },
  nulls: [{ name: 'random walk to the same end', value: { above: 4 } }],
};
const cells = [
  cell('narrow', 0.1, { status: 'finished', step: 60, grokStep: 40, measured, measurements: [kStar] }),
  cell('narrow', 1, { status: 'running', step: 20 }),
  cell('wide', 0.1, { status: 'finished', step: 60 }),
  cell('wide', 1),
];

describe('the small multiples of a sweep', () => {
  const figure = sweepFigure(axes, cells, slice, undefined);

  it('have one panel for each scale and weight decay, curves only where something was measured', () => {
    expect(figure.panels.map(({ row, column, curves }) => [row, column, curves.length])).toEqual([
      [0, 0, 2],
      [0, 1, 0],
      [1, 0, 0],
      [1, 1, 0],
    ]);
    expect(figure.panels.slice(1).map(({ note }) => note)).toEqual([
      'not measured (training, step 20)',
      'not measured (finished)',
      'not measured (not begun)',
    ]);
  });

  it('show the mean over the tasks or one of them, at shares of the full rank', () => {
    const [trajectory] = figure.panels[0]!.curves;
    expect(trajectory!.x).toEqual([0.25, 0.5]);
    expect(trajectory!.y).toEqual([accuracyOf({ add: 0.4, mul: 0.2 }, undefined), 0.95]);
    const ofMul = sweepFigure(axes, cells, slice, 'mul').panels[0]!.curves[0]!;
    expect(ofMul.y).toEqual([0.2, 0.9]);
  });

  it('mark k*, the run itself and chance', () => {
    const marks = figure.panels[0]!.marks!;
    expect(marks.filter(({ across }) => across === 'y').map(({ at }) => at)).toEqual([0.2, 0.95]);
    expect(marks.filter(({ across }) => across === 'x')).toMatchObject([{ at: 0.5, label: 'k* 2, 2' }]);
  });

  it('share their axes in one plot, in which each panel has a place of its own', () => {
    const { layout, data } = draw(figure, chartTheme);
    const named = layout as unknown as Record<string, { matches?: string; domain: number[] }>;
    expect([named['xaxis2']!.matches, named['yaxis2']!.matches]).toEqual(['x', 'y']);
    expect(named['xaxis']!.domain[1]).toBeLessThan(named['xaxis2']!.domain[0]!);
    // The first row stands above the second.
    expect(named['yaxis']!.domain[0]).toBeGreaterThan(named['yaxis2']!.domain[1]!);
    const places = data.map((trace) =>
      JSON.stringify([Reflect.get(trace, 'xaxis'), Reflect.get(trace, 'yaxis')]),
    );
    expect(new Set(places).size).toBe(4);
  });

  it('have one legend, which hides a curve in every panel', () => {
    const two = besideFigure([cells[0]!, { ...cells[0]!, name: 'again' }], undefined);
    const names = legendOf(two).map(({ name }) => name);
    expect(names).toEqual(['trajectory PCA', 'random walk to the same end']);
    const hidden = without(two, new Set(['trajectory PCA']));
    expect(legendOf(hidden).map(({ name }) => name)).toEqual(['random walk to the same end']);
  });

  it('have a table with a row for each rank, and one that says what was not measured', () => {
    const { headings, rows } = tableOf(figure);
    expect(headings.slice(3)).toEqual(['trajectory PCA', 'random walk to the same end']);
    expect(rows[0]!.slice(0, 2)).toEqual(['narrow', 'decay 0.1']);
    expect(rows.filter(([, , third]) => typeof third === 'number').length).toBe(2);
    expect(rows.at(-1)).toEqual(['wide', 'decay 1', 'not measured (not begun)']);
  });
});

describe('what is said of a sweep', () => {
  it('names the null beside the components needed, and ranks beyond the scan as such', () => {
    expect(panelsSay(cells)).toBe(
      '1 of 4 runs are measured. k*(95) of the runs that grok: 2; random walk to the same end: more than 4. Upright lines are k*(95%) and k*(99%), the dotted level is the run itself, the dashed one chance (20%).',
    );
    expect(panelsSay(cells.slice(1))).toBe('None of the 3 runs is measured yet.');
    expect([amountSays(5, 'count'), amountSays({ above: 30 }, 'count')]).toEqual(['5', 'more than 30']);
    expect(amountSays({ low: 0.51, high: 0.52 }, 'share')).toBe('51% to 52%');
    expect(statusSays(cells[1]!)).toBe('training, step 20');
  });

  it('draws no rank from runs that do not grok', () => {
    const [first] = cells;
    const { grokStep, ...memorised } = first!;
    expect(grokStep).toBe(40);
    expect(panelsSay([memorised])).toContain('None of these groks.');
  });
});
