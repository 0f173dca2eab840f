import { onAxis } from './plotlyParts.js';
import type { Axis, Figure } from './figure.js';

/** A chart's plotting area in its element, in pixels, and its axis ranges (logarithms on a log axis). */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A line from top to bottom, or a ring around a point: pixels in the chart's element. */
export type StepMark =
  | { readonly kind: 'line'; readonly x: number }
  | { readonly kind: 'ring'; readonly x: number; readonly y: number };

/** The mark of a training step in a chart; undefined if the chart does not show the step. */
export function stepMark(figure: Figure, step: number, area: PlotArea): StepMark | undefined {
  if (figure.kind === 'space' || figure.kind === 'panels') return undefined;
  const along = (axis: Axis, value: number): number =>
    area.left + shareOf(area.x, onAxis(axis, value)) * area.width;
  const isInside = (x: number): boolean => x >= area.left - 1 && x <= area.left + area.width + 1;
  if (figure.x.steps) {
    const x = along(figure.x, step);
    return isInside(x) ? { kind: 'line', x } : undefined;
  }
  if (figure.kind !== 'lines') return undefined;
  for (const curve of figure.curves) {
    const index = curve.steps?.indexOf(step) ?? -1;
    if (index < 0) continue;
    const x = along(figure.x, curve.x[index]!);
    const y = area.top + (1 - shareOf(area.y, onAxis(figure.y, curve.y[index]!))) * area.height;
    return isInside(x) ? { kind: 'ring', x, y } : undefined;
  }
  return undefined;
}

const shareOf = ([low, high]: readonly [number, number], value: number): number =>
  high === low ? 0.5 : (value - low) / (high - low);
