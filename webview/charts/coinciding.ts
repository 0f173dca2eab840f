import { extent } from './extent.js';
import type { Curve, Figure } from './figure.js';

/** Share of the chart's height below which two curves look equal. */
const indistinct = 0.008;
/** With more curves than this, crossing and overlapping curves are normal. */
const mostCurves = 16;

/**
 * A curve that lies on an earlier one is drawn with gaps and ring markers, so that the earlier one shows
 * through. Otherwise it would hide the earlier one, which would seem to be missing.
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
