import { isChance } from '../../report/chance.js';
import {
  reconstructionSubjects,
  type ControlEntry,
  type ReconstructionEntry,
} from '../../../extension/contract/report.js';
import type { Curve, LineFigure, Look, Mark, Scale } from '../../charts/figure.js';
import { edgeLook, markedLook, nullLook, thresholdLook } from '../../charts/looks.js';
import { integer, percent } from '../../words/numbers.js';
import { kStar, rangeText } from './rankNeeded.js';
import { say } from '../../words/say.js';

type Point = ReconstructionEntry['points'][number];

/** Trajectory PCA first: its curve is the paper's claim, the other two are its comparisons. */
export const methodOrder = ['trajectory-pca', 'per-matrix-svd', 'joint-svd'] as const;
export const inOrder = (entries: readonly ReconstructionEntry[]): ReconstructionEntry[] =>
  [...entries].sort((a, b) => placeOf(a) - placeOf(b));

/** A method's three subjects are adjacent; curves of one subject look alike in all charts. */
const placeOf = ({ method, of }: ReconstructionEntry): number =>
  reconstructionSubjects.length * methodOrder.indexOf(method) + reconstructionSubjects.indexOf(of);

/** A method, with its subject unless that is the change. */
export const rebuildingName = ({ method, of }: ReconstructionEntry): string =>
  say(`method.${of}`, { method: say(`method.${method}`) });

const methodName = (entry: ReconstructionEntry): string =>
  say('method.of', { method: rebuildingName(entry), full: integer(entry.fullRank) });

/** Colour and marker identify the method, the dash the subject. */
export const lookOf = ({ method, of }: ReconstructionEntry): Look => {
  const look = markedLook(methodOrder.indexOf(method));
  return { ...look, dash: subjectDashes[of] };
};
const subjectDashes = {
  change: 'solid',
  weights: 'longdash',
  'change-without-decay': 'dot',
} as const satisfies { readonly [K in ReconstructionEntry['of']]: Look['dash'] };

/** The rank axis: components, or their share of the full rank. */
export const rankUnits = ['components', 'share'] as const;
export type RankUnit = (typeof rankUnits)[number];
const place = (unit: RankUnit, rank: number, fullRank: number): number =>
  unit === 'share' ? rank / fullRank : rank;

/** Curves of the methods over the ranks kept. */
function curves(
  entries: readonly ReconstructionEntry[],
  unit: RankUnit,
  valueOf: (point: Point) => number | undefined,
): Curve[] {
  return inOrder(entries).flatMap((entry) => {
    const points = entry.points.filter((point) => valueOf(point) !== undefined);
    if (points.length === 0) return [];
    return [
      {
        name: methodName(entry),
        x: points.map(({ rank }) => place(unit, rank, entry.fullRank)),
        y: points.map((point) => valueOf(point)!),
        look: lookOf(entry),
        notes: points.map(({ rank }) => say('rank.point', { rank, full: entry.fullRank })),
      },
    ];
  });
}

const rankAxis = (scale: Scale, unit: RankUnit, entries: readonly ReconstructionEntry[]): LineFigure['x'] => {
  const most = Math.max(2, ...entries.map(({ fullRank }) => fullRank));
  const [low, high] = scale === 'log' ? [0.8 / most, 1.15] : [-0.02, 1.03];
  return unit === 'share'
    ? { title: say('rank.axis'), scale, format: 'percent', range: [low, high] }
    : { title: say('rank.axisComponents'), scale, format: 'integer', range: [low * most, high * most] };
};

export interface AccuracyChart {
  readonly entries: readonly ReconstructionEntry[];
  readonly task: string;
  readonly scale: Scale;
  readonly unit?: RankUnit;
  /** 1 / prime of the descriptor. */
  readonly chance: number | undefined;
  /** Nulls of the trajectory's components. */
  readonly controls?: readonly ControlEntry[];
  /** Share of the baseline at which the movable line is drawn; no line if undefined. */
  readonly threshold?: number;
}

export const baselineOf = (entries: readonly ReconstructionEntry[], task: string): number | undefined =>
  entries.find(({ baseline }) => baseline)?.baseline?.testAccuracy[task];

/** Tasks for which a rebuilt model was evaluated. */
export const tasksOf = (entries: readonly ReconstructionEntry[]): string[] => [
  ...new Set(
    entries.flatMap(({ points }) => points.flatMap(({ testAccuracy }) => Object.keys(testAccuracy ?? {}))),
  ),
];

export function accuracyFigure({
  entries,
  task,
  scale,
  unit = 'components',
  chance,
  controls = [],
  threshold,
}: AccuracyChart): LineFigure | undefined {
  const drawn = curves(entries, unit, ({ testAccuracy }) => testAccuracy?.[task]);
  if (drawn.length === 0) return undefined;
  const baseline = baselineOf(entries, task);
  return {
    kind: 'lines',
    x: rankAxis(scale, unit, entries),
    y: { title: say('rank.accuracy'), scale: 'linear', format: 'percent', range: [-0.04, 1.06] },
    curves: [...drawn, ...controlCurves(controls, unit, ({ testAccuracy }) => testAccuracy[task])],
    marks: [
      ...(chance === undefined
        ? []
        : [
            {
              ...across(chance, say('rank.chance', { accuracy: percent(chance) }), nullLook),
              // Side by side if one would cover the other.
              ...(baseline !== undefined && Math.abs(baseline - chance) < 0.1
                ? { side: 'right' as const }
                : {}),
            },
          ]),
      ...(baseline === undefined
        ? []
        : [across(baseline, say('rank.baseline', { accuracy: percent(baseline) }), edgeLook)]),
      // A share at or below chance is reached by anything.
      ...(isChance(baseline, chance)
        ? []
        : starMarks(inOrder(entries)[0]!, unit, rankAxis(scale, unit, entries))),
      ...(threshold === undefined || baseline === undefined
        ? []
        : [movable(threshold * baseline, threshold)]),
    ],
  };
}

const controlLooks: { readonly [K in ControlEntry['kind']]: (index: number) => Look } = {
  'random-walk': () => nullLook,
  'decay-walk': () => ({ ...nullLook, dash: 'dashdot' }),
  'random-directions': () => ({ ...edgeLook, symbol: 'square' }),
  'early-components': (index) => ({ ...edgeLook, symbol: earlySymbols[index % earlySymbols.length]! }),
};
const earlySymbols = ['triangle-up', 'cross', 'x', 'diamond'] as const;

const controlName = ({ kind, lastStep }: ControlEntry): string =>
  say(`controls.kind.${kind}`, lastStep === undefined ? {} : { step: integer(lastStep) });

/** The nulls are muted and use the axis of the trajectory's components. */
const controlCurves = (
  controls: readonly ControlEntry[],
  unit: RankUnit,
  valueOf: (point: ControlEntry['points'][number]) => number | undefined,
): Curve[] => {
  const early = controls.filter(({ kind }) => kind === 'early-components');
  return controls.map((entry) => {
    const points = entry.points.filter((point) => valueOf(point) !== undefined);
    return {
      name: controlName(entry),
      x: points.map(({ rank }) => place(unit, rank, entry.fullRank)),
      y: points.map((point) => valueOf(point)!),
      look: controlLooks[entry.kind](early.indexOf(entry)),
      notes: points.map(({ rank }) => say('rank.point', { rank, full: entry.fullRank })),
    };
  });
};

/**
 * Lines at k*(95 %) and k*(99 %) of one method, with one name at the last: they are often too close for two.
 */
function starMarks(entry: ReconstructionEntry, unit: RankUnit, axis: LineFigure['x']): Mark[] {
  const stars = [0.95, 0.99].flatMap((share) => {
    const rank = kStar(entry, share);
    return rank === undefined
      ? []
      : [{ rank: rank.to, text: say('rank.kStar', { share: percent(share), rank: rangeText(rank) }) }];
  });
  const label = say('rank.kStars', {
    method: say(`method.${entry.method}`),
    stars: stars.map(({ text }) => text).join(', '),
  });
  const ranks = [...new Set(stars.map(({ rank }) => rank))];
  return ranks.map((rank, index) => {
    const at = place(unit, rank, entry.fullRank);
    const last = index === ranks.length - 1;
    return {
      across: 'x',
      at,
      look: edgeLook,
      side: shareAlong(axis, at) > 0.5 ? 'right' : 'left',
      label: last ? label : '',
    };
  });
}

/** Position of a value on an axis: 0 at its low end, 1 at its high end. */
function shareAlong({ scale, range }: LineFigure['x'], value: number): number {
  const [low, high] = range ?? [0, 1];
  return scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

export function energyFigure(
  entries: readonly ReconstructionEntry[],
  scale: Scale,
  threshold: number | undefined,
  unit: RankUnit = 'components',
  controls: readonly ControlEntry[] = [],
): LineFigure | undefined {
  const drawn = curves(entries, unit, ({ energy }) => energy);
  if (drawn.length === 0) return undefined;
  return {
    kind: 'lines',
    x: rankAxis(scale, unit, entries),
    y: { title: say('rank.energy'), scale: 'linear', format: 'percent', range: [-0.02, 1.06] },
    curves: [
      ...drawn,
      ...nullCurves(entries, unit, (energy) => energy),
      ...controlCurves(controls, unit, ({ energy }) => energy),
    ],
    marks: threshold === undefined ? [] : [movable(threshold, threshold)],
  };
}

export function errorFigure(
  entries: readonly ReconstructionEntry[],
  scale: Scale,
  yScale: Scale,
  unit: RankUnit = 'components',
  controls: readonly ControlEntry[] = [],
): LineFigure | undefined {
  const positive = (value: number): number | undefined =>
    yScale === 'log' && value <= 1e-9 ? undefined : value;
  const errorOf = (energy: number): number | undefined => positive(Math.sqrt(Math.max(0, 1 - energy)));
  const drawn = curves(entries, unit, ({ relativeError }) => positive(relativeError));
  if (drawn.length === 0) return undefined;
  return {
    kind: 'lines',
    x: rankAxis(scale, unit, entries),
    y: { title: say('rank.error'), scale: yScale, format: 'number' },
    curves: [
      ...drawn,
      ...nullCurves(entries, unit, errorOf),
      ...controlCurves(controls, unit, ({ energy }) => errorOf(energy)),
    ],
  };
}

/** The nulls of energy and error for each method's change: shuffled entries, or orthogonal rows. */
const nullCurves = (
  entries: readonly ReconstructionEntry[],
  unit: RankUnit,
  valueOf: (energy: number) => number | undefined,
): Curve[] =>
  inOrder(entries).flatMap((entry) => {
    // Shuffled entries of the other subjects give the change's curve: one curve per method.
    if (entry.null === undefined || entry.of !== 'change') return [];
    const { kind, draws, energies } = entry.null;
    const points = energies.flatMap((energy, i) => {
      const value = valueOf(energy);
      return value === undefined ? [] : [{ rank: i + 1, value }];
    });
    const look: Look = { ...nullLook, dash: kind === 'shuffled-entries' ? 'dash' : 'dot' };
    return [
      {
        name: say(`rank.null.${kind}`, { method: say(`method.${entry.method}`), draws: draws ?? 0 }),
        x: points.map(({ rank }) => place(unit, rank, entry.fullRank)),
        y: points.map(({ value }) => value),
        look,
        notes: points.map(({ rank }) => say('rank.point', { rank, full: entry.fullRank })),
      },
    ];
  });

const across = (at: number, label: string, look: Mark['look']): Mark => ({ across: 'y', at, label, look });
const movable = (at: number, share: number): Mark => ({
  ...across(at, say('rank.threshold', { share: percent(share) }), thresholdLook),
  draggable: true,
});
