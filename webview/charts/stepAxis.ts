import { say } from '../words/say.js';
import { extent } from './extent.js';
import type { Axis, Figure, Scale, Shades } from './figure.js';

/** The axis of every chart over training. {@link onStepScale} sets its scale, for all charts together. */
export const stepAxis = (): Axis => ({ title: say('step'), scale: 'linear', format: 'integer', steps: true });

/** Shades from the earliest to the latest of some steps. */
export const stepShades = (steps: readonly number[], ink: number): Shades => {
  const { low, high } = extent(steps);
  return { axis: { ...stepAxis(), range: [low, high] }, ink };
};

/** The figure with its axis of steps, and shades by step, on a scale. */
export function onStepScale(figure: Figure, scale: Scale): Figure {
  if (scale === 'linear') return figure;
  if (figure.kind === 'space')
    return figure.shades ? { ...figure, shades: logShades(figure.shades) } : figure;
  if (figure.kind === 'lines') {
    const xs = [...figure.curves, ...(figure.bands ?? [])].flatMap(({ x }) => [...x]);
    return {
      ...figure,
      x: logAxis(figure.x, xs),
      ...(figure.shades ? { shades: logShades(figure.shades) } : {}),
    };
  }
  if (figure.kind === 'heat') return { ...figure, x: logAxis(figure.x, figure.columns) };
  const xs = figure.panels.flatMap(({ curves }) => curves.flatMap(({ x }) => [...x]));
  return { ...figure, x: logAxis(figure.x, xs) };
}

function logAxis(axis: Axis, values: readonly number[]): Axis {
  if (!axis.steps) return axis;
  const positive = [...new Set(values)].filter((value) => value > 0).sort((a, b) => a - b);
  const [first, second] = positive;
  // A single position has no ratio, and logarithms need a positive value.
  if (first === undefined || positive.length < 2) return axis;
  const hasZero = values.includes(0);
  return { ...axis, scale: 'log', ...(hasZero ? { zeroAt: besideFirst(first, second!) } : {}) };
}

/** A position before the first step, at about the distance of the second one after it. */
const besideFirst = (first: number, second: number): number =>
  first / Math.min(4, Math.max(1.5, second / first));

function logShades(shades: Shades): Shades {
  const { axis, ink } = shades;
  const [low, high] = axis.range;
  if (!axis.steps || high <= 0) return shades;
  // Checkpoints of a run begin at step 0 and continue from one or a few: shades over a single decade would all
  // look equal.
  const zeroAt = low > 0 ? undefined : Math.min(1, high / 10);
  return { ink, axis: { ...axis, scale: 'log', ...(zeroAt === undefined ? {} : { zeroAt }) } };
}
