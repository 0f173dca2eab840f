import type { ModeEntry, Report } from '../../../extension/contract/report.js';
import type { HeatFigure, LineFigure } from '../../charts/figure.js';
import { edgeLook, markedLook, nullLook } from '../../charts/looks.js';
import { say } from '../../words/say.js';

export const bases = ['a+b', 'a-b', 'ab', 'a2+b2', 'dlog'] as const;
export type Basis = (typeof bases)[number];

/** As a formula is written. */
export const basisName = (basis: Basis): string => basis.replace('-', '−').replaceAll('2', '²');

export const stepsOf = ({ modes }: Report): number[] =>
  [...new Set(modes.map(({ step }) => step))].sort((a, b) => a - b);

/** Where a run has modes: at the step, or at its own last where it has no checkpoint of the step. */
export const stepOf = (report: Report, step: number): number => {
  const steps = stepsOf(report);
  return steps.includes(step) ? step : (steps.at(-1) ?? step);
};

/** Directions of a step as they stand in the report: v1, v2, …, sums, the radial one, random ones. */
export const directionsOf = ({ modes }: Report, step: number): string[] => [
  ...new Set(modes.filter((entry) => entry.step === step).map(({ direction }) => direction)),
];

export const modeAt = ({ modes }: Report, step: number, direction: string): ModeEntry | undefined =>
  modes.find((entry) => entry.step === step && entry.direction === direction && entry.sign === 1);

export const isRandom = (direction: string): boolean => direction.startsWith('random');

/** Concentration of each leading direction in a basis beside its nulls. */
export function concentrationFigure(report: Report, step: number, basis: Basis): LineFigure | undefined {
  const found = directionsOf(report, step)
    .filter((direction) => /^v\d+$/.test(direction))
    .flatMap((direction) => {
      const own = modeAt(report, step, direction)?.bases[basis];
      return own ? [{ place: Number(direction.slice(1)), own }] : [];
    });
  if (found.length === 0) return undefined;
  const nulls = report.modeNulls.find((entry) => entry.step === step)?.bases[basis];
  const level = (at: number | undefined, label: string, side: 'left' | 'right') =>
    at === undefined ? [] : [{ across: 'y' as const, at, label, side, look: nullLook }];
  return {
    kind: 'lines',
    x: { title: say('modes.direction'), scale: 'linear', format: 'integer' },
    y: { title: say('modes.concentration'), scale: 'linear', format: 'percent' },
    curves: [
      {
        name: say('modes.published'),
        look: markedLook(0),
        x: found.map(({ place }) => place),
        y: found.map(({ own }) => own.concentration),
        notes: found.map(({ own }) => say('modes.peak', { peak: own.peak })),
      },
      {
        name: say('modes.fixed'),
        look: markedLook(1),
        x: found.map(({ place }) => place),
        y: found.map(({ own }) => own.concentrationFixed),
        notes: found.map(({ own }) => say('modes.peak', { peak: own.peakFixed })),
      },
    ],
    marks: [
      ...level(nulls?.fisher.q95, say('modes.fisher95'), 'right'),
      ...level(nulls?.random.max, say('modes.randomMax'), 'left'),
    ],
  };
}

/** Mean of the mode over the pairs of each residue. */
export function residuesFigure(mode: ModeEntry | undefined, basis: Basis): LineFigure | undefined {
  const own = mode?.bases[basis];
  if (mode === undefined || own?.means === undefined || own.residues === undefined) return undefined;
  return {
    kind: 'lines',
    x: { title: say('modes.residue', { basis: basisName(basis) }), scale: 'linear', format: 'integer' },
    y: { title: say('modes.mean'), scale: 'linear', format: 'number' },
    curves: [{ name: mode.direction, look: markedLook(0), x: own.residues, y: own.means }],
    marks: [{ across: 'y', at: mode.mean, label: say('modes.overall'), side: 'right', look: edgeLook }],
  };
}

/** The mode over the plane of pairs; pairs that were trained on are empty. */
export function mapFigure(report: Report, step: number, direction: string): HeatFigure | undefined {
  const map = report.modeMaps.find((entry) => entry.step === step && entry.direction === direction);
  if (map === undefined) return undefined;
  const { prime, cells } = map;
  const values: (number | undefined)[][] = Array.from({ length: prime }, () =>
    Array.from({ length: prime }, () => undefined),
  );
  cells.forEach((cell, i) => (values[Math.floor(cell / prime)]![cell % prime] = map.values[i]));
  return {
    kind: 'heat',
    x: { title: 'b', scale: 'linear', format: 'integer' },
    value: say('modes.mean'),
    columns: Array.from({ length: prime }, (_, b) => b),
    rows: Array.from({ length: prime }, (_, a) => String(a)),
    values,
  };
}
