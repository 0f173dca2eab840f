import { describe, expect, it } from 'vitest';
import type { HeatFigure, LineFigure, Scale } from '../../../webview/charts/figure.js';
import { extent } from '../../../webview/charts/extent.js';
import { lineLook } from '../../../webview/charts/looks.js';
import { draw } from '../../../webview/charts/plotlyFigure.js';
import { axisLayout, decadesOf } from '../../../webview/charts/plotlyParts.js';
import { chartTheme } from './chartTheme.js';

/** More values than a JavaScript call takes arguments. */
const many = 300_000;
const spectrum = Array.from({ length: many }, (_, index) => 10 ** (-5 * (index / (many - 1))));
const axis = (scale: Scale) => ({ title: '', scale, format: 'number' as const });

describe('a chart of 300,000 values', () => {
  it.each(['log', 'linear'] as const)('is drawn on a %s axis', (scale) => {
    const x = spectrum.map((_, index) => index + 1);
    const figure: LineFigure = {
      kind: 'lines',
      x: axis('linear'),
      y: axis(scale),
      curves: [{ name: 'σ', x, y: spectrum, look: lineLook(0) }],
      labels: [{ x: 1, y: 1, text: 'σ₁' }],
    };
    const { data, layout } = draw(figure, chartTheme);
    expect(data[0]).toMatchObject({ type: 'scatter' });
    expect(layout.yaxis?.type).toBe(scale);
  });

  it('has the decades of its log axis counted from its own ends', () => {
    expect(decadesOf(axis('log'), spectrum)).toBeCloseTo(5, 10);
    expect(extent(spectrum)).toEqual({ low: spectrum.at(-1), high: 1 });
  });
});

describe('an axis that counts', () => {
  const count = { ...axis('linear'), format: 'integer' as const };
  it('has a tick for each of a few whole numbers, and never two of one name', () => {
    expect(axisLayout(count, chartTheme, [1, 2, 3, 4])).toMatchObject({ dtick: 1, tickformat: ',d' });
    expect(axisLayout(count, chartTheme, [0, 4000])).not.toHaveProperty('dtick');
    expect(axisLayout(count, chartTheme, [])).not.toHaveProperty('dtick');
  });

  it('has one tick for the single column of a heat map', () => {
    const heat: HeatFigure = {
      ...{ kind: 'heat', x: count, value: 'stable rank', columns: [3800], rows: ['w'], values: [[2]] },
    };
    expect(draw(heat, chartTheme).layout.xaxis).toMatchObject({ tickvals: [3800] });
  });
});

describe('the decades of an axis', () => {
  it('leave out what a log axis has no place for', () => {
    expect(decadesOf(axis('log'), [0, -1, 0.01, 10])).toBeCloseTo(3, 10);
    expect(decadesOf(axis('log'), [0, -1])).toBe(0);
    expect(decadesOf(axis('log'), [])).toBe(0);
  });

  it('go by the range of the axis where it has one, and are none on a linear axis', () => {
    expect(decadesOf({ ...axis('log'), range: [0.1, 1000] }, [5])).toBeCloseTo(4, 10);
    expect(decadesOf(axis('linear'), [1, 1000])).toBe(0);
  });
});
