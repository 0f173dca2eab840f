import { extent } from './extent.js';
import type { LineFigure, Mark } from './figure.js';
import { onAxis } from './plotlyParts.js';

/** Size of a name's letter as a share of the chart's width, and of a line of text as a share of its height. */
const letter = 0.0125;
const line = 0.07;
/** Samples between neighbouring points. */
const between = 8;

/**
 * Puts the name of each level at the end of its line where fewer curves pass; the names of two close levels go
 * to different ends. If both ends are equally free, the mark's own side is kept.
 */
export function clearSides(figure: LineFigure, marks: readonly Mark[]): Mark[] {
  const { x, y, curves } = figure;
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
  const placed: { readonly side: 'left' | 'right'; readonly at: number }[] = [];
  return marks.map((mark) => {
    if (mark.across !== 'y' || mark.label === '') return mark;
    const at = share(onAxis(y, mark.at), up);
    const [bottom, top] = mark.draggable ? [at - line, at] : [at, at + line];
    const width = Math.min(0.5, letter * mark.label.length);
    const crossings = (side: 'left' | 'right'): number => {
      const names = placed.filter((other) => other.side === side && Math.abs(other.at - at) < line).length;
      const isUnder = (px: number, py: number): boolean =>
        py > bottom && py < top && (side === 'left' ? px < width : px > 1 - width);
      return 1000 * names + points.reduce((sum, curve) => sum + countUnder(curve, isUnder), 0);
    };
    const countUnder = (
      curve: readonly { readonly x: number; readonly y: number }[],
      isUnder: (px: number, py: number) => boolean,
    ): number => {
      let count = 0;
      for (let i = 1; i < curve.length; i++) {
        const [a, b] = [curve[i - 1]!, curve[i]!];
        for (let k = 0; k < between; k++) {
          const t = k / between;
          if (isUnder(share(a.x + t * (b.x - a.x), across), share(a.y + t * (b.y - a.y), up))) count++;
        }
      }
      return count;
    };
    const own = mark.side ?? 'left';
    const other = own === 'left' ? 'right' : 'left';
    const side = crossings(other) < crossings(own) ? other : own;
    placed.push({ side, at });
    return { ...mark, side };
  });
}
