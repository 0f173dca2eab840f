import { describe, expect, it } from 'vitest';
import type { HeatFigure, LineFigure } from '../../../webview/charts/figure.js';
import { fitWidth } from '../../../webview/charts/fitWidth.js';
import { lineLook } from '../../../webview/charts/looks.js';
import { draw } from '../../../webview/charts/plotlyFigure.js';
import { onStepScale, stepAxis } from '../../../webview/charts/stepAxis.js';
import { chartTheme } from './chartTheme.js';

const columns = [0, 1, 10, 100, 1000];
const heat: HeatFigure = {
  ...{ kind: 'heat', x: stepAxis(), value: 'rank', columns, rows: ['w'], values: [[1, 2, 3, 4, 5]] },
};
const drawn = draw(onStepScale(heat, 'log'), chartTheme).layout;
const ticksAt = (width: number) => fitWidth(drawn, 'heat', width).xaxis?.ticktext;

describe('names of ticks', () => {
  it('all stand where they have room', () => {
    expect(ticksAt(900)).toEqual(['0', '1', '10', '100', '1,000']);
  });

  it('do not meet in a narrow chart', () => {
    // 120 pixels are left beside names of rows and the bar of colours: 0 and 1 are 20 apart, 100 and 1,000 33.
    expect(ticksAt(350)).toEqual(['0', '1', '10', '100']);
    expect(ticksAt(300)).toEqual(['0', '10', '1,000']);
  });
});

it('keeps the long name of a mark whole in a narrow chart', () => {
  const figure: LineFigure = {
    kind: 'lines',
    x: { title: 'rank', scale: 'linear', format: 'integer' },
    y: { title: 'accuracy', scale: 'linear', format: 'percent' },
    curves: [{ name: 'a', x: [0, 100], y: [0, 1], look: lineLook(0) }],
    marks: [
      {
        ...{ across: 'x', at: 5, look: lineLook(0) },
        label: 'trajectory PCA: k*(95%) = 15, k*(99%) = 17 to 19',
      },
    ],
  };
  const { layout } = draw(figure, chartTheme);
  const placeAt = (width: number) => fitWidth(layout, 'lines', width).annotations?.[0];
  expect(placeAt(900)).toMatchObject({ xref: 'x', x: 5 });
  expect(placeAt(380)).toMatchObject({ xref: 'paper', x: 0.5 });
});
