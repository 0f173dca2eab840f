import { describe, expect, it } from 'vitest';
import { toldApart } from '../../../webview/charts/coinciding.js';
import type { HeatFigure, LineFigure } from '../../../webview/charts/figure.js';
import { legendOf } from '../../../webview/charts/figure.js';
import { lineLook, markedLook } from '../../../webview/charts/looks.js';
import { draw } from '../../../webview/charts/plotlyFigure.js';
import { shareOfShades } from '../../../webview/charts/plotlyParts.js';
import { onStepScale, stepAxis, stepShades } from '../../../webview/charts/stepAxis.js';
import { stepMark } from '../../../webview/charts/stepMark.js';
import { areLogSpaced } from '../../../webview/report/stepSpacing.js';
import type { ChartTheme } from '../../../webview/theme/chartTheme.js';
import '../../../webview/strings.js';

const theme: ChartTheme = {
  foreground: '#000000',
  muted: '#666666',
  background: '#ffffff',
  grid: '#cccccc',
  hoverBackground: '#ffffff',
  hoverBorder: '#000000',
  inks: ['#0000ff', '#ff8800'],
  font: 'sans-serif',
  fontSize: 13,
};
const value = { title: 'rank', scale: 'linear', format: 'number' } as const;
/** The steps of Pythia's published checkpoints up to 1000: powers of two. */
const powers = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000];

const lines = (steps: readonly number[]): LineFigure => ({
  kind: 'lines',
  x: stepAxis(),
  y: value,
  curves: [{ name: 'a', x: steps, y: steps.map((_, index) => index), look: lineLook(0) }],
});

describe('the axis of training steps', () => {
  it('is logarithmic of itself where the early steps are dense, not where steps are even', () => {
    expect(areLogSpaced(powers)).toBe(true);
    expect(areLogSpaced(Array.from({ length: 36 }, (_, index) => 500 * index))).toBe(false);
    expect(areLogSpaced([0, 1, 1000])).toBe(false);
  });

  it('keeps step 0 on a logarithmic axis: left of the first step, named 0, still 0 under the pointer', () => {
    const drawn = draw(onStepScale(lines(powers), 'log'), theme);
    const [trace] = drawn.data as { x: number[]; customdata: number[]; hovertext: string[] }[];
    expect(trace!.x[0]).toBeGreaterThan(0);
    expect(trace!.x[0]).toBeLessThan(1);
    expect(trace!.x.slice(1)).toEqual(powers.slice(1));
    expect(trace!.customdata).toEqual(powers);
    expect(trace!.hovertext[0]).toContain('step: 0');
    expect(drawn.layout.xaxis).toMatchObject({ type: 'log' });
    expect(drawn.layout.xaxis!.ticktext!.slice(0, 2)).toEqual(['0', '1']);
  });

  it('changes axes of steps alone', () => {
    const figure = {
      ...lines([1, 2, 3]),
      x: { title: 'index', scale: 'linear', format: 'integer' } as const,
    };
    expect(onStepScale(figure, 'log')).toEqual(figure);
  });

  it('gives every column of a heat map the same width in the logarithm of doubling steps', () => {
    const steps = [1, 2, 4, 8];
    const heat: HeatFigure = {
      kind: 'heat',
      x: stepAxis(),
      value: 'rank',
      columns: steps,
      rows: ['a'],
      values: [[1, 2, 3, 4]],
    };
    const { x: edges } = draw(onStepScale(heat, 'log'), theme).data[0] as { x: number[] };
    const widths = edges.slice(1).map((edge, index) => Math.log2(edge / edges[index]!));
    expect(edges).toHaveLength(5);
    for (const width of widths) expect(width).toBeCloseTo(1, 12);
  });
});

describe('shades of steps', () => {
  const steps = Array.from({ length: 150 }, (_, index) => Math.round(1.06 ** index));
  const bundle: LineFigure = {
    ...lines([1, 2]),
    x: { title: 'index', scale: 'linear', format: 'integer' },
    curves: steps.map((step) => ({
      name: `step ${step}`,
      x: [1, 2],
      y: [1, 2],
      look: lineLook(0),
      shade: step,
    })),
    shades: stepShades(steps, 0),
  };

  it('need a colour bar, not 150 names', () => {
    expect(legendOf(bundle)).toEqual([]);
  });

  it('go from nothing to all, halfway at the geometric mean on a logarithmic scale', () => {
    const { shades } = onStepScale({ ...bundle, shades: stepShades([1, 10_000], 0) }, 'log') as LineFigure;
    expect([1, 100, 10_000].map((step) => shareOfShades(shades!, step))).toEqual([0, 0.5, 1]);
  });
});

describe('curves that lie on each other', () => {
  const two = (shift: number): LineFigure => ({
    ...lines([1, 2, 3]),
    curves: [
      { name: 'left', x: [1, 2, 3], y: [10, 20, 30], look: markedLook(0) },
      { name: 'right', x: [1, 2, 3], y: [10, 20, 30 + shift], look: markedLook(1) },
    ],
  });
  const looks = (figure: LineFigure) => (toldApart(figure) as LineFigure).curves.map(({ look }) => look);

  it('are both seen: the later one is broken, with rings', () => {
    expect(looks(two(0.01))).toMatchObject([{ dash: 'solid' }, { dash: 'dash', open: true }]);
  });

  it('are left alone where they differ', () => {
    expect(looks(two(5))).toEqual([markedLook(0), markedLook(1)]);
  });
});

describe('the step under the pointer', () => {
  const area = { left: 50, top: 10, width: 100, height: 80, x: [0, 10], y: [0, 4] } as const;

  it('is a line where the axis counts steps', () => {
    expect(stepMark(lines([0, 5, 10]), 5, area)).toEqual({ kind: 'line', x: 100 });
    expect(stepMark(lines([0, 5, 10]), 50, area)).toBeUndefined();
  });

  it('is a ring around the point of that step where it does not', () => {
    const plane: LineFigure = {
      ...lines([]),
      x: value,
      curves: [{ name: 'path', x: [0, 10], y: [0, 4], steps: [0, 500], look: markedLook(0) }],
    };
    expect(stepMark(plane, 500, area)).toEqual({ kind: 'ring', x: 150, y: 10 });
    expect(stepMark(plane, 400, area)).toBeUndefined();
  });
});
