import type { Axis, Band, Curve, LineFigure, Look, Mark, Scale } from './figure.js';
import { grokMark } from './grokMark.js';
import { stepAxis } from './stepAxis.js';

/** Scale of the values of a chart over training; the scale of the steps is one choice for all charts. */
export interface Scales {
  readonly values: Scale;
}

export interface Point {
  readonly step: number;
  readonly value: number | undefined;
}

const fits = (value: number, scale: Scale): boolean => scale === 'linear' || value > 0;

/** The points that the axis can show. */
const shownPoints = (points: readonly Point[], scales: Scales): { step: number; value: number }[] =>
  points.flatMap(({ step, value }) =>
    value !== undefined && fits(value, scales.values) ? [{ step, value }] : [],
  );

export function curve(name: string, look: Look, points: readonly Point[], scales: Scales): Curve {
  const shown = shownPoints(points, scales);
  return { name, look, x: shown.map(({ step }) => step), y: shown.map(({ value }) => value) };
}

export interface Interval {
  readonly step: number;
  readonly low: number;
  readonly high: number;
}

export function band(
  name: string,
  ink: Band['ink'],
  intervals: readonly Interval[],
  { values }: Scales,
): Band {
  const shown = intervals.filter(({ low }) => fits(low, values));
  return {
    name,
    ink,
    x: shown.map(({ step }) => step),
    lower: shown.map(({ low }) => low),
    upper: shown.map(({ high }) => high),
  };
}

export interface OverSteps {
  readonly title: string;
  readonly scales: Scales;
  readonly curves: readonly Curve[];
  readonly format?: Axis['format'];
  readonly range?: readonly [number, number];
  readonly bands?: readonly Band[];
  readonly marks?: readonly Mark[];
  readonly grokStep: number | undefined;
}

/** A chart over training with the grok step marked; none without points. */
export function overSteps(chart: OverSteps): LineFigure | undefined {
  const { title, scales, curves, bands = [], marks = [], grokStep, format = 'number', range } = chart;
  if (curves.every(({ x }) => x.length === 0)) return undefined;
  return {
    kind: 'lines',
    x: stepAxis(),
    y: { title, scale: scales.values, format, ...(range && scales.values === 'linear' ? { range } : {}) },
    curves,
    bands,
    marks: [
      ...marks.filter(({ across, at }) => across === 'x' || fits(at, scales.values)),
      ...grokMark(grokStep),
    ],
  };
}
