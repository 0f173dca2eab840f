import { extent } from './extent.js';
import type { Curve, Figure } from './figure.js';

/** Share of the chart's height below which two curves look like one. */
const indistinct = 0.008;
/** With more curves than this a chart is a bundle, in which curves cross and lie on each other anyway. */
const mostCurves = 16;

/**
 * A curve that lies on an earlier one is not drawn through, and has rings for markers: the earlier one shows through. Without it the
 * later curve would hide the earlier, and a reader would take one of them for missing.
 */
export function toldApart(figure: Figure): Figure {
  if (figure.kind !== 'lines' || figure.curves.length > mostCurves) return figure;
  const { low, high } = extent(figure.curves.flatMap(({ y }) => [...y]));
  const height = high - low;
  const curves = figure.curves.map((curve, index) =>
    figure.curves.slice(0, index).some((earlier) => coincide(earlier, curve, height)) ? broken(curve) : curve,
  );
  return { ...figure, curves };
}

function coincide(one: Curve, other: Curve, height: number): boolean {
  if (!one.look.line || !other.look.line || one.x.length < 2 || other.x.length < 2) return false;
  const at = new Map(one.x.map((x, index) => [x, one.y[index]!]));
  const shared = other.x.flatMap((x, index) => {
    const y = at.get(x);
    return y === undefined ? [] : [Math.abs(y - other.y[index]!)];
  });
  return (
    shared.length >= 2 &&
    shared.length * 5 >= other.x.length * 4 &&
    shared.every((distance) => distance <= indistinct * height)
  );
}

const broken = (curve: Curve): Curve => ({
  ...curve,
  look: { ...curve.look, dash: curve.look.dash === 'solid' ? 'dash' : curve.look.dash, open: true },
});
