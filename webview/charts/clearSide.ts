import { extent } from './extent.js';
import type { Figure, LineFigure, Mark } from './figure.js';
import { onAxis } from './plotlyParts.js';

/** Size of a name's letter as a share of the chart's width, and of a line of text as a share of its height. */
const letter = 0.0125;
const line = 0.07;
/** Samples between neighbouring points. */
const between = 8;

interface Place {
  readonly side: 'left' | 'right';
  readonly below: boolean;
}

/** Where a name stands, in shares of the chart. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top;

type Points = readonly { readonly x: number; readonly y: number }[];

const runsThrough = (curve: Points, box: Box): boolean => {
  const isInside = (x: number, y: number): boolean =>
    y > box.bottom && y < box.top && x > box.left && x < box.right;
  return curve.some((b, i) => {
    const a = curve[i - 1] ?? b;
    return Array.from({ length: between }, (_, k) => k / (between - 1)).some((t) =>
      isInside(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)),
    );
  });
};

/**
 * Puts the name of each level where no curve runs: at its own end of the line, at the other, below the line. Where curves
 * run through all of these, or another name stands there, the name goes to the legend. The mark that the user drags keeps its
 * name beside it.
 */
export function clearLevels(figure: LineFigure): readonly Mark[] {
  const { x, y, curves, marks = [] } = figure;
  const points = curves.map((curve) =>
    curve.x.map((value, i) => ({ x: onAxis(x, value), y: onAxis(y, curve.y[i]!) })),
  );
  const levels = marks.filter(({ across }) => across === 'y').map(({ at }) => onAxis(y, at));
  const ends = (of: 'x' | 'y', range: readonly [number, number] | undefined, more: readonly number[]) =>
    extent([
      ...(range?.map((end) => onAxis(of === 'x' ? x : y, end)) ?? points.flat().map((point) => point[of])),
      ...(range ? [] : more),
    ]);
  const [across, up] = [ends('x', x.range, []), ends('y', y.range, levels)];
  const share = (value: number, { low, high }: typeof up): number =>
    high > low ? (value - low) / (high - low) : 0.5;
  const drawn = points.map((curve) =>
    curve.map((point) => ({ x: share(point.x, across), y: share(point.y, up) })),
  );
  const taken: Box[] = [];
  return marks.map((mark): Mark => {
    if (mark.across !== 'y' || mark.label === '') return mark;
    const at = share(onAxis(y, mark.at), up);
    const width = Math.min(0.5, letter * mark.label.length);
    const boxOf = ({ side, below }: Place): Box => ({
      ...(side === 'left' ? { left: -Infinity, right: width } : { left: 1 - width, right: Infinity }),
      ...(below ? { bottom: at - line, top: at } : { bottom: at, top: at + line }),
    });
    const crossings = (box: Box): number => drawn.filter((curve) => runsThrough(curve, box)).length;
    const own = mark.side ?? 'left';
    const sides = [own, own === 'left' ? 'right' : 'left'] as const;
    const places = (mark.draggable ? [true] : at > line ? [false, true] : [false])
      .flatMap((below) => sides.map((side): Place => ({ side, below })))
      .map((place) => ({ ...place, box: boxOf(place) }))
      .filter(({ box }) => !taken.some((other) => overlap(box, other)));
    const clear = places.find(({ box }) => crossings(box) === 0);
    const kept = clear ?? (mark.draggable ? places[0] : undefined);
    if (kept === undefined) return mark.draggable ? mark : { ...mark, inLegend: true };
    taken.push(kept.box);
    return { ...mark, side: kept.side, ...(kept.below && !mark.draggable ? { below: true as const } : {}) };
  });
}

/** The figure with the names of its levels in places of their own. */
export const withClearLevels = (figure: Figure): Figure =>
  figure.kind === 'lines' && figure.marks ? { ...figure, marks: clearLevels(figure) } : figure;
