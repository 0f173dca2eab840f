import type { Curve, LineFigure, Look } from './figure.js';
import { lineLook, markedLook } from './looks.js';

/** The same chart of a run. */
export interface RunFigure {
  readonly run: string;
  readonly figure: LineFigure | undefined;
}

export interface OverlayOptions {
  /** Curves to draw; default: all. Nulls are kept. */
  readonly keeps?: (curve: Curve) => boolean;
}

const isMeasured = ({ look }: { readonly look: Look }): boolean => typeof look.ink === 'number';

/**
 * One chart over another: the colour identifies the run, dash and marker stay those of the curve. Nulls, bands
 * and marks are the first run's, whose name is shown with the nulls. Shades of steps and names of points are
 * left out.
 */
export function overlay(
  [own, ...others]: readonly [RunFigure, ...RunFigure[]],
  { keeps = () => true }: OverlayOptions = {},
): LineFigure | undefined {
  const first = own.figure;
  if (first === undefined || others.every(({ figure }) => figure === undefined)) return first;
  const measured = (figure: LineFigure | undefined): Curve[] =>
    (figure?.curves ?? []).filter((curve) => isMeasured(curve) && keeps(curve));
  const isAlone = measured(first).length === 1;
  const curves = [own, ...others].flatMap(({ run, figure }, index) =>
    measured(figure).map(({ name, x, y, look, notes, steps }) => ({
      ...{ x, y, name: isAlone ? run : `${name}, ${run}` },
      look: isAlone ? aloneLook(look, index) : { ...look, ink: index },
      ...(notes === undefined ? {} : { notes }),
      ...(steps === undefined ? {} : { steps }),
    })),
  );
  const nulls = first.curves
    .filter((curve) => !isMeasured(curve))
    .map((curve) => ({ ...curve, name: `${curve.name}, ${own.run}` }));
  return {
    ...{ kind: 'lines', x: first.x, y: first.y },
    curves: [...curves, ...nulls],
    bands: (first.bands ?? []).map((band) => ({ ...band, name: `${band.name}, ${own.run}` })),
    marks: first.marks ?? [],
  };
}

/** With one curve per run, curves also differ in dash and marker. */
const aloneLook = ({ symbol }: Look, index: number): Look =>
  symbol === 'none' ? lineLook(index) : markedLook(index);
