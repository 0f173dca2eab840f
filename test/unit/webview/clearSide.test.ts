import { describe, expect, it } from 'vitest';
import { clearSides } from '../../../webview/charts/clearSide.js';
import type { LineFigure, Mark } from '../../../webview/charts/figure.js';
import { lineLook, nullLook } from '../../../webview/charts/looks.js';

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

describe('the names of levels', () => {
  it('stand where no curve runs', () => {
    expect(clearSides(figure, [level(0.5)])[0]!.side).toBe('right');
    expect(clearSides(figure, [level(0)])[0]!.side).toBe('left');
  });

  it('keep their own side where both are free', () => {
    expect(clearSides(figure, [level(0.8, 'right'), level(0.9, 'left')]).map(({ side }) => side)).toEqual([
      'right',
      'left',
    ]);
  });

  it('do not stand on each other', () => {
    const sides = clearSides(figure, [level(0.8), level(0.82)]).map(({ side }) => side);
    expect(new Set(sides).size).toBe(2);
  });
});
