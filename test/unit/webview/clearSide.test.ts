import { describe, expect, it } from 'vitest';
import { clearLevels, withClearLevels } from '../../../webview/charts/clearSide.js';
import { legendOf, without, type LineFigure, type Mark } from '../../../webview/charts/figure.js';
import { lineLook, nullLook } from '../../../webview/charts/looks.js';
import { draw } from '../../../webview/charts/plotlyFigure.js';
import { chartTheme } from './chartTheme.js';

/** A curve that runs along 0.5 at the left and falls to 0 at the right. */
const figure: LineFigure = {
  kind: 'lines',
  x: { title: 'step', scale: 'linear', format: 'integer' },
  y: { title: 'share', scale: 'linear', format: 'percent', range: [0, 1] },
  curves: [{ name: 'a', x: [0, 40, 60, 100], y: [0.52, 0.52, 0, 0], look: lineLook(0) }],
};
const level = (at: number, side?: Mark['side']): Mark => ({
  across: 'y',
  at,
  label: 'random walk, mean',
  look: nullLook,
  ...(side === undefined ? {} : { side }),
});
const placed = (marks: readonly Mark[], more: LineFigure['curves'] = []): readonly Mark[] =>
  clearLevels({ ...figure, curves: [...figure.curves, ...more], marks });
const across = (at: number): LineFigure['curves'][number] => ({
  name: `at ${at}`,
  x: [0, 100],
  y: [at, at],
  look: lineLook(1),
});

describe('the names of levels', () => {
  it('stand where no curve runs', () => {
    expect(placed([level(0.5)])[0]).toMatchObject({ side: 'right' });
    expect(placed([level(0)])[0]!.side).toBe('left');
  });

  it('keep their own side where both are free', () => {
    expect(placed([level(0.7, 'right'), level(0.9, 'left')]).map(({ side }) => side)).toEqual([
      'right',
      'left',
    ]);
  });

  it('do not stand on each other', () => {
    const sides = placed([level(0.8), level(0.82)]).map(({ side }) => side);
    expect(new Set(sides).size).toBe(2);
  });

  it('stand below where curves run above both ends', () => {
    expect(placed([level(0.8)], [across(0.83)])[0]).toMatchObject({ below: true });
  });

  it('stand in the legend, there and in exported pictures, where curves run everywhere', () => {
    const marks = [level(0.8)];
    const crowded = { ...figure, curves: [...figure.curves, across(0.83), across(0.77)], marks };
    const shown = withClearLevels(crowded) as LineFigure;
    expect(legendOf(crowded).map(({ name }) => name)).toEqual(['a', 'at 0.83', 'at 0.77']);
    expect(legendOf(shown).map(({ name }) => name)).toContain('random walk, mean');
    const { data, layout } = draw(shown, chartTheme);
    expect(data.map(({ name }) => name)).toContain('random walk, mean');
    expect(layout.annotations).toEqual([]);
    const hidden = without(shown, new Set(['random walk, mean'])) as LineFigure;
    expect(hidden.marks).toEqual([]);
  });

  it('of the level that the user moves stays beside it', () => {
    const marks: Mark[] = [{ ...level(0.8), draggable: true }];
    expect(placed(marks, [across(0.83), across(0.77)])[0]!.inLegend).toBeUndefined();
  });
});

describe('ticks', () => {
  const on = (y: readonly number[], scale: 'log' | 'linear') =>
    draw(
      {
        ...figure,
        y: { title: 'norm', scale, format: 'number' },
        curves: [{ name: 'a', x: y.map((_, i) => i), y, look: lineLook(0) }],
      },
      chartTheme,
    ).layout.yaxis!;

  it('of a logarithmic axis are powers of ten where sentences have them', () => {
    expect(on([2e-5, 3], 'log').ticktext).toEqual(
      expect.arrayContaining(['1 × 10⁻⁵', '1 × 10⁻⁴', '0.001', '0.01', '1']),
    );
    expect(on([0.01, 3], 'log')).not.toHaveProperty('ticktext');
  });

  it('of a linear axis have no power of ten below a million, and one below a thousandth', () => {
    expect(on([0, 40_000], 'linear')).toMatchObject({ minexponent: 5, separatethousands: true });
    expect(on([0, 4e-4], 'linear')).toMatchObject({ minexponent: 3 });
  });
});
