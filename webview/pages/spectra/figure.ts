import type { PrincipalAnglesEntry, SpectrumEntry, StepAngles } from '../../../extension/contract/report.js';
import { meanCosineAngle } from '../../../extension/contract/statistics/meanCosineAngle.js';
import type { Curve, LineFigure, Scale } from '../../charts/figure.js';
import { shortNames } from '../../charts/shortNames.js';
import { stepAxis, stepShades } from '../../charts/stepAxis.js';
import { edgeLook, lineLook, markedLook, nullLook } from '../../charts/looks.js';
import type { MatrixInfo } from '../../report/matrices.js';
import { bandName } from '../../words/bands.js';
import { say } from '../../words/say.js';
import { statisticName } from '../../words/statistics.js';
import { grokMark } from '../../charts/grokMark.js';
import { visible } from '../../charts/visible.js';

const axes = (scale: Scale): Pick<LineFigure, 'kind' | 'x' | 'y'> => ({
  kind: 'lines',
  x: { title: say('indexOf'), scale: 'linear', format: 'integer' },
  y: { title: say('singularValue'), scale, format: 'number' },
});

/** Mean and band of the shuffled null of an entry. */
function shuffledNull(
  entry: SpectrumEntry,
  name: string,
  scale: Scale,
): Pick<LineFigure, 'curves' | 'bands'> {
  const { shuffled } = entry.nulls;
  if (!shuffled) return { curves: [], bands: [] };
  const mean = visible(shuffled.mean, scale);
  const within = (values: readonly number[]): number[] => mean.x.map((index) => values[index - 1]!);
  return {
    curves: [{ name, ...mean, look: nullLook }],
    bands: [
      {
        name: say(shuffled.law ? 'shuffled.lawBand' : 'shuffled.band', { band: bandName(shuffled.draws) }),
        x: mean.x,
        lower: within(shuffled.q05),
        upper: within(shuffled.q95),
        ink: 'muted',
      },
    ],
  };
}

/** One spectrum with its two nulls, and those of other steps shaded from early to late. */
export function spectrumFigure(
  entry: SpectrumEntry,
  others: readonly SpectrumEntry[],
  nullEntry: SpectrumEntry | undefined,
  scale: Scale,
  /** The same matrix at the same step in other runs: one colour each. */
  runs: readonly { readonly name: string; readonly entry: SpectrumEntry }[] = [],
  /** The subject of the spectrum, if it is not a step. */
  named?: string,
): LineFigure | undefined {
  if (entry.spectralNorm === 0) return undefined;
  const overlaid = others.map(({ step, singularValues }): Curve => ({
    name: say('spectra.atStep', { step }),
    ...visible(singularValues, scale),
    look: { ...lineLook(0), ink: 1 },
    shade: step,
  }));
  const { curves, bands } = nullEntry
    ? shuffledNull(
        nullEntry,
        [
          say(nullEntry.nulls.shuffled?.law ? 'shuffled.law' : 'shuffled.short'),
          ...(named === undefined ? [say('spectra.atStep', { step: nullEntry.step })] : []),
        ].join(', '),
        scale,
      )
    : { curves: [], bands: [] };
  const edge = entry.nulls.marchenkoPastur?.upperEdge;
  return {
    ...axes(scale),
    curves: [
      ...overlaid,
      {
        name: named ?? say('spectra.atStep', { step: entry.step }),
        ...visible(entry.singularValues, scale),
        look: { ink: 0, dash: 'solid', symbol: 'none', line: true },
      },
      ...runs.map(({ name, entry: other }, index) => ({
        name,
        ...visible(other.singularValues, scale),
        look: lineLook(index + 1),
      })),
      ...curves,
    ],
    bands: bands ?? [],
    ...(others.length > 0
      ? {
          shades: stepShades(
            [...others, entry].map(({ step }) => step),
            1,
          ),
        }
      : {}),
    marks: edge ? [{ across: 'y', at: edge, label: say('edge'), look: edgeLook, side: 'right' }] : [],
  };
}

/** Spectra of several matrices at their last step, with the shuffled null of the first. */
export function severalSpectraFigure(
  chosen: readonly { readonly matrix: MatrixInfo; readonly entry: SpectrumEntry }[],
  scale: Scale,
): LineFigure | undefined {
  const [first] = chosen;
  if (!first) return undefined;
  const { curves, bands } = shuffledNull(first.entry, say('shuffled', { matrix: first.matrix.label }), scale);
  const edge = first.entry.nulls.marchenkoPastur?.upperEdge;
  return {
    ...axes(scale),
    curves: [
      ...chosen.map(({ matrix, entry }, index) => ({
        name: matrix.label,
        ...visible(entry.singularValues, scale),
        look: lineLook(index),
      })),
      ...curves,
    ],
    bands: bands ?? [],
    marks: edge
      ? [
          {
            across: 'y',
            at: edge,
            label: `${say('edge')}, ${shortNames([first.matrix.label])[0]!}`,
            look: edgeLook,
            side: 'right',
          },
        ]
      : [],
  };
}

const ranksDrawn = ['effectiveRank', 'stableRank'] as const;

/** Stable and effective rank over the steps, each with its shuffled null. */
export function ranksOverSteps(
  entries: readonly SpectrumEntry[],
  scale: Scale,
  grokStep: number | undefined,
): LineFigure | undefined {
  const curve = (
    name: string,
    index: number,
    valueOf: (entry: SpectrumEntry) => number | undefined,
  ): Curve => {
    const known = entries.filter((entry) => valueOf(entry) !== undefined);
    return {
      name,
      x: known.map(({ step }) => step),
      y: known.map((entry) => valueOf(entry)!),
      look: markedLook(index),
    };
  };
  const drawn = ranksDrawn.map((key, i) =>
    curve(statisticName(key), ranksDrawn.length - 1 - i, (entry) => entry[key]),
  );
  if (drawn.every(({ x }) => x.length < 2)) return undefined;
  const nulls = ranksDrawn.flatMap((key, i): Curve[] => {
    const known = entries.filter((entry) => entry.nulls[key] !== undefined);
    if (known.length === 0) return [];
    return [
      {
        name: say('overSteps.null.of', { statistic: statisticName(key) }),
        x: known.map(({ step }) => step),
        y: known.map((entry) => entry.nulls[key]!.mean),
        look: i === 0 ? nullLook : edgeLook,
      },
    ];
  });
  return {
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('overSteps.axis'), scale, format: 'number' },
    curves: [...drawn, ...nulls],
    marks: grokMark(grokStep),
  };
}

export const degrees = (radians: number): number => (radians * 180) / Math.PI;

/** In degrees: one angle for a set of principal angles. */
export const meanAngle = (angles: readonly number[]): number => degrees(meanCosineAngle(angles));

/** Subspaces of full dimension cannot rotate. */
export const isWholeSpace = ({ k }: PrincipalAnglesEntry, { rows, columns }: MatrixInfo): boolean =>
  k >= rows && k >= columns;

/**
 * Rotation of the leading subspaces between neighbouring checkpoints, with the nulls of random steps of the
 * same size and of random subspaces.
 */
export function anglesFigure(
  angles: readonly PrincipalAnglesEntry[],
  matrix: MatrixInfo,
  scale: Scale,
  grokStep: number | undefined,
): LineFigure | undefined {
  const [first] = angles;
  if (!first || isWholeSpace(first, matrix)) return undefined;
  const x = angles.map(({ toStep }) => toStep);
  const curve = (name: string, index: number, valueOf: (entry: PrincipalAnglesEntry) => number): Curve => ({
    name,
    x,
    y: angles.map(valueOf),
    look: markedLook(index),
  });
  const tested = angles.flatMap(({ toStep, ofStepSize }) =>
    ofStepSize === undefined ? [] : [{ toStep, ofStepSize }],
  );
  const steps = tested.map(({ toStep }) => toStep);
  const nulls = [
    { name: say('angles.ofStepSize'), valueOf: (drawn: StepAngles) => meanAngle(drawn.left) },
    {
      name: say('angles.largestOfStepSize'),
      valueOf: (drawn: StepAngles) => degrees(drawn.left.at(-1) ?? 0),
    },
  ];
  const [oneTested] = tested;
  return {
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('angles.axis'), scale, format: 'number' },
    curves: [
      curve(say('angles.left'), 0, ({ left }) => meanAngle(left)),
      curve(say('angles.right'), 1, ({ right }) => meanAngle(right)),
      curve(say('angles.largest'), 2, ({ left }) => degrees(left.at(-1) ?? 0)),
      ...(oneTested === undefined
        ? []
        : nulls.map(({ name, valueOf }, i) => ({
            name,
            x: steps,
            y: tested.map(({ ofStepSize }) => valueOf(ofStepSize)),
            look: i === 0 ? nullLook : edgeLook,
          }))),
    ],
    ...(oneTested === undefined
      ? {}
      : {
          bands: [
            {
              name: say('angles.stepBand', { band: bandName(oneTested.ofStepSize.draws) }),
              x: steps,
              lower: tested.map(({ ofStepSize }) => degrees(ofStepSize.leftRange[0])),
              upper: tested.map(({ ofStepSize }) => degrees(ofStepSize.leftRange[1])),
              ink: 'muted' as const,
            },
          ],
        }),
    marks: [
      {
        across: 'y',
        at: degrees(first.null.left),
        label: say('angles.null'),
        side: 'right',
        look: nullLook,
      },
      ...grokMark(grokStep),
    ],
  };
}
