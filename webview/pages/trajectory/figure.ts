import { grokMark } from '../../charts/grokMark.js';
import { jointGroups } from '../../../extension/contract/report/jointGroups.js';
import type { CheckpointEntry, TrajectoryEntry } from '../../../extension/contract/report.js';
import { extent } from '../../charts/extent.js';
import type { Axis, Curve, LineFigure, Scale, SpaceFigure } from '../../charts/figure.js';
import { groupLabel, type MatrixInfo } from '../../report/matrices.js';
import { shortName } from '../../charts/shortNames.js';
import { lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { stepAxis, stepShades } from '../../charts/stepAxis.js';
import type { Table } from '../../charts/table.js';
import { number, percent } from '../../words/numbers.js';
import { bandName } from '../../words/bands.js';
import { oneOf } from '../../state/persistedState.js';
import { say } from '../../words/say.js';

const isJoint = oneOf(jointGroups);

/** `all` and the joint groups in words; a matrix by its own name and its role. */
export const groupName = (group: string, matrices: readonly MatrixInfo[]): string =>
  group === 'all'
    ? say('scope.all')
    : isJoint(group)
      ? say(`trajectory.group.${group}`)
      : shortName(groupLabel(group, matrices));

/** The reference of `explained`: variance for centred rows, squared length for uncentred ones. */
export const shareOf = ({ centred }: TrajectoryEntry): string =>
  say(centred ? 'trajectory.variance' : 'trajectory.squaredLength');

const axisTitle = (entry: TrajectoryEntry, component: number): string =>
  say('trajectory.axisNull', {
    n: component + 1,
    share: percent(entry.explained[component] ?? 0),
    null: percent(entry.null.mean[component] ?? 0),
  });

/** Steps before and from the grok step; without a known grok step all are in the first part. */
function parts(entry: TrajectoryEntry, grokStep: number | undefined): readonly [number[], number[]] {
  const all = entry.steps.map((_, index) => index);
  const later = (index: number): boolean => grokStep !== undefined && entry.steps[index]! >= grokStep;
  return [all.filter((index) => !later(index)), all.filter(later)];
}

const stepsAt = (entry: TrajectoryEntry, indices: readonly number[]): number[] =>
  indices.map((index) => entry.steps[index]!);

const notes = (entry: TrajectoryEntry, indices: readonly number[], k: number): string[] =>
  indices.map((index) => {
    const residual = entry.residual[index]?.[k - 1];
    const step = say('trajectory.start', { step: entry.steps[index]! });
    return residual === undefined
      ? step
      : `${step} · ${say('trajectory.off', { k, residual: percent(residual) })}`;
  });

/** A draw of each null in its own components, with signs that put its end on the run's side of each axis. */
const nullPaths = (entry: TrajectoryEntry, pair: readonly [number, number]): Curve[] =>
  [
    { name: say('trajectory.walk'), path: entry.null.drawn, look: nullLook },
    {
      name: say('trajectory.decayWalk'),
      path: entry.decayNull?.drawn,
      look: { ...nullLook, dash: 'dot' as const },
    },
  ].flatMap(({ name, path, look }) => {
    if (path === undefined || pair.some((component) => path[0]?.[component] === undefined)) return [];
    const [x, y] = pair.map((component) => {
      const own = entry.coordinates.at(-1)?.[component] ?? 0;
      const turned = own * path.at(-1)![component]! < 0 ? -1 : 1;
      return path.map((row) => turned * row[component]!);
    });
    return [{ name, x: x!, y: y!, look }];
  });

/** Extents of a null's draw beyond which it would make the run too small to be read. */
const mostBeyond = 2;

/**
 * How far the nulls' draws reach beyond the run in each component shown: the larger of their spans over the run's, where
 * that is more than a chart with both in it can show. Then the axis follows the run.
 */
export const beyondRun = (
  entry: TrajectoryEntry,
  pair: readonly [number, number],
): (number | undefined)[] => {
  const nulls = nullPaths(entry, pair);
  return pair.map((component, axis) => {
    const own = spanOf(entry.coordinates.map((row) => row[component] ?? 0));
    const most = Math.max(0, ...nulls.map(({ x, y }) => spanOf(axis === 0 ? x : y)));
    return own > 0 && most > mostBeyond * own ? most / own : undefined;
  });
};

const spanOf = (values: readonly number[]): number => {
  const { low, high } = extent(values);
  return Math.max(0, high - low);
};

/** The run with room for its labels; absent where the nulls do not squeeze it. */
const runRange = (
  entry: TrajectoryEntry,
  component: number,
  beyond: number | undefined,
): { readonly range?: readonly [number, number] } => {
  if (beyond === undefined) return {};
  const { low, high } = extent(entry.coordinates.map((row) => row[component] ?? 0));
  const room = 0.15 * (high - low);
  return { range: [low - room, high + room] };
};

export function planeFigure(
  entry: TrajectoryEntry,
  [first, second]: readonly [number, number],
  grokStep: number | undefined,
): LineFigure {
  const [before, after] = parts(entry, grokStep);
  const curve = (indices: readonly number[], component: number): number[] =>
    indices.map((index) => entry.coordinates[index]?.[component] ?? 0);
  const place = (index: number, text: string) => ({
    x: entry.coordinates[index]?.[first] ?? 0,
    y: entry.coordinates[index]?.[second] ?? 0,
    text,
  });
  // The second part starts at the last point of the first, so that the path is unbroken.
  const joined = after.length > 0 && before.length > 0 ? [before.at(-1)!, ...after] : after;
  const [beyondFirst, beyondSecond] = beyondRun(entry, [first, second]);
  const axis = (component: number, beyond: number | undefined): Axis => ({
    ...{ title: axisTitle(entry, component), scale: 'linear', format: 'number' },
    ...runRange(entry, component, beyond),
  });
  return {
    kind: 'lines',
    x: axis(first, beyondFirst),
    y: axis(second, beyondSecond),
    curves: [
      {
        name: say('trajectory.checkpoints'),
        x: curve(before, first),
        y: curve(before, second),
        look: markedLook(0),
        notes: notes(entry, before, 2),
        shade: stepsAt(entry, before),
        steps: stepsAt(entry, before),
      },
      ...(after.length > 0
        ? [
            {
              name: say('trajectory.after'),
              x: curve(joined, first),
              y: curve(joined, second),
              look: markedLook(2),
              notes: notes(entry, joined, 2),
              // All in the full colour: the legend names it.
              shade: joined.map(() => entry.steps.at(-1)!),
              steps: stepsAt(entry, joined),
            },
          ]
        : []),
      ...nullPaths(entry, [first, second]),
    ],
    shades: stepShades(stepsAt(entry, before), 0),
    labels: [
      place(0, say('trajectory.start', { step: entry.steps[0] ?? 0 })),
      ...(after.length > 0
        ? [place(after[0]!, say('grokStep', { step: entry.steps[after[0]!]! }))]
        : [place(entry.steps.length - 1, say('trajectory.start', { step: entry.steps.at(-1) ?? 0 }))]),
    ],
  };
}

export function spaceFigure(entry: TrajectoryEntry, grokStep: number | undefined): SpaceFigure | undefined {
  if ((entry.coordinates[0]?.length ?? 0) < 3) return undefined;
  const [before, after] = parts(entry, grokStep);
  const points = (indices: readonly number[]) =>
    indices.map((index): readonly [number, number, number] => {
      const row = entry.coordinates[index]!;
      return [row[0]!, row[1]!, row[2]!];
    });
  const joined = after.length > 0 && before.length > 0 ? [before.at(-1)!, ...after] : after;
  return {
    kind: 'space',
    axes: [0, 1, 2].map((component) =>
      say('trajectory.axis', { n: component + 1, share: percent(entry.explained[component] ?? 0) }),
    ) as [string, string, string],
    shades: stepShades(stepsAt(entry, before), 0),
    curves: [
      {
        name: say('trajectory.checkpoints'),
        points: points(before),
        look: markedLook(0),
        notes: notes(entry, before, 3),
        shade: stepsAt(entry, before),
        steps: stepsAt(entry, before),
      },
      ...(after.length > 0
        ? [
            {
              name: say('trajectory.after'),
              points: points(joined),
              look: markedLook(2),
              notes: notes(entry, joined, 3),
              // All in the full colour: the legend names it.
              shade: joined.map(() => entry.steps.at(-1)!),
              steps: stepsAt(entry, joined),
            },
          ]
        : []),
    ],
  };
}

/** Steps, coordinates and residuals: the data of the trajectory's pictures. */
export function coordinatesTable(entry: TrajectoryEntry): Table {
  const components = entry.coordinates[0]?.map((_, index) => `PC${String(index + 1)}`) ?? [];
  const residuals = entry.residual[0]?.map((_, index) => say('residual.curve', { k: index + 1 })) ?? [];
  return {
    headings: [say('step'), ...components, ...residuals],
    rows: entry.steps.map((step, index) => [
      step,
      ...(entry.coordinates[index] ?? []),
      ...(entry.residual[index] ?? []),
    ]),
  };
}

const componentsShown = 10;

/** The null with decay, if the run decays. */
const decayCurve = (
  { decayNull }: TrajectoryEntry,
  indices: readonly number[],
  component: (index: number) => number,
): Curve[] => {
  if (decayNull === undefined) return [];
  const known = indices.filter((index) => index < decayNull.explained.length);
  return [
    {
      name: say('explained.decayNull'),
      x: known.map(component),
      y: known.map((index) => decayNull.explained[index]!),
      look: { ...nullLook, dash: 'dot' },
    },
  ];
};

export function explainedFigure(entry: TrajectoryEntry, scale: Scale): LineFigure {
  const indices = entry.explained
    .map((_, index) => index)
    .slice(0, componentsShown)
    // Rounding leaves a share of about 1e-17 for missing directions.
    .filter((index) => scale === 'linear' || entry.explained[index]! > 1e-12);
  const known = indices.filter((index) => index < entry.null.mean.length);
  const component = (index: number): number => index + 1;
  return {
    kind: 'lines',
    x: { title: say('explained.component'), scale: 'linear', format: 'integer' },
    y: { title: say('explained.axis', { what: shareOf(entry) }), scale, format: 'percent' },
    curves: [
      {
        name: say('explained.measured'),
        x: indices.map(component),
        y: indices.map((index) => entry.explained[index]!),
        look: markedLook(0),
      },
      {
        name: say('explained.null'),
        x: known.map(component),
        y: known.map((index) => entry.null.mean[index]!),
        look: nullLook,
      },
      ...decayCurve(entry, known, component),
    ],
    bands: [
      {
        name: say('explained.band', { band: bandName(entry.null.draws) }),
        x: known.map(component),
        lower: known.map((index) => entry.null.q05[index] ?? 0),
        upper: known.map((index) => entry.null.q95[index] ?? 0),
        ink: 'muted',
      },
    ],
  };
}

/** √(1 − Σ of the first k fractions): the root mean square residual over the series. */
export const meanResidual = (fractions: readonly number[], k: number): number =>
  Math.sqrt(Math.max(0, 1 - fractions.slice(0, k).reduce((sum, value) => sum + value, 0)));

const spans = [1, 2, 3, 5, 10] as const;

export function residualFigure(
  entry: TrajectoryEntry,
  k: number,
  scale: Scale,
  grokStep: number | undefined,
): LineFigure {
  const positive = (value: number | undefined): boolean =>
    value !== undefined && (scale === 'linear' || value > 1e-9);
  return {
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('residual.axis'), scale, format: 'percent' },
    curves: spans
      .filter((span) => span <= (entry.residual[0]?.length ?? 0))
      .map((span, index) => {
        const indices = entry.steps
          .map((_, at) => at)
          .filter((at) => positive(entry.residual[at]?.[span - 1]));
        return {
          name: say('residual.curve', { k: span }),
          x: indices.map((at) => entry.steps[at]!),
          y: indices.map((at) => entry.residual[at]![span - 1]!),
          look: lineLook(index),
        };
      }),
    marks: [
      {
        across: 'y',
        at: meanResidual(entry.null.mean, k),
        label: say('residual.null', { k }),
        side: 'right',
        look: nullLook,
      },
      ...(entry.decayNull
        ? [
            {
              across: 'y' as const,
              at: meanResidual(entry.decayNull.explained, k),
              label: say('residual.decayNull', { k }),
              side: 'left' as const,
              look: { ...nullLook, dash: 'dot' as const },
            },
          ]
        : []),
      ...grokMark(grokStep),
    ],
  };
}

/** The null curves of the distance, for all parameters. */
const distanceNulls = (entry: TrajectoryEntry | undefined): Curve[] =>
  [
    { name: say('distance.null'), y: entry?.null.distances, look: nullLook },
    {
      name: say('distance.decayNull'),
      y: entry?.decayNull?.distances,
      look: { ...nullLook, dash: 'dot' as const },
    },
  ].flatMap(({ name, y, look }) => (entry && y ? [{ name, x: [...entry.steps], y: [...y], look }] : []));

/**
 * Distance from the first checkpoint, with the nulls of a random walk with the run's step lengths and of decay
 * plus a walk.
 */
export function distanceFigure(
  checkpoints: readonly CheckpointEntry[],
  all: TrajectoryEntry | undefined,
  scale: Scale,
  grokStep: number | undefined,
): LineFigure | undefined {
  const known = checkpoints.filter(
    ({ distanceFromFirst }) =>
      distanceFromFirst !== undefined && (scale === 'linear' || distanceFromFirst > 0),
  );
  if (known.length < 2) return undefined;
  return {
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('distance.axis'), scale, format: 'number' },
    curves: [
      {
        name: say('distance.curve'),
        x: known.map(({ step }) => step),
        y: known.map(({ distanceFromFirst }) => distanceFromFirst!),
        look: markedLook(0),
        notes: known.map(({ label, distanceFromFirst }) => `${label}: ${number(distanceFromFirst!)}`),
      },
      ...distanceNulls(all).map((curve) => positiveOf(curve, scale)),
    ],
    marks: grokMark(grokStep),
  };
}

const positiveOf = (curve: Curve, scale: Scale): Curve => {
  const shown = curve.y.map((value) => scale === 'linear' || value > 0);
  return { ...curve, x: curve.x.filter((_, i) => shown[i]), y: curve.y.filter((_, i) => shown[i]) };
};
