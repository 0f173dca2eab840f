import type { MatrixMetrics } from '../../../extension/contract/optimiser.js';
import type { RunFile } from '../../../extension/contract/run.js';
import type { LineFigure, Look } from '../../charts/figure.js';
import { edgeLook, lineLook, nullLook } from '../../charts/looks.js';
import { curve, overSteps, type Scales } from '../../charts/overSteps.js';
import { say } from '../../words/say.js';
import {
  allMatrices,
  expectedCosine,
  lowest,
  matrixNames,
  mean,
  moduleOf,
  pointsOf,
  type Lines,
} from './series.js';

/** The input of the charts. */
export interface LiveRun {
  readonly run: RunFile;
  readonly lines: Lines;
  /** A matrix, or {@link allMatrices}. */
  readonly matrix: string;
}

const nullOf = (dash: Look['dash']): Look => ({ ...nullLook, dash });
const dotted = (ink: number): Look => ({ ...lineLook(ink), dash: 'dot' });
const solid = (ink: number): Look => ({ ...lineLook(ink), dash: 'solid' });
const broken = (ink: number): Look => ({ ...lineLook(ink), dash: 'dash' });

/** Stable rank, effective rank and nuclear over Frobenius norm, each with its shuffled null. */
export const rankFigure = ({ run, lines, matrix }: LiveRun, scales: Scales): LineFigure | undefined => {
  const of = (name: string, look: Look, value: (metrics: MatrixMetrics) => number | undefined) =>
    curve(name, look, pointsOf(lines, matrix, value), scales);
  return overSteps({
    ...{ title: say('live.rankAxis'), scales, grokStep: run.grokStep },
    curves: [
      of(say('live.stableRank'), lineLook(0), ({ stableRank }) => stableRank),
      of(say('live.effectiveRank'), lineLook(2), ({ effectiveRank }) => effectiveRank),
      of(say('live.nuclear'), lineLook(3), ({ polarRadial }) => polarRadial),
      of(say('live.stableRankNull'), nullOf('dash'), ({ shuffled }) => shuffled?.stableRank),
      of(say('live.effectiveRankNull'), nullOf('dot'), ({ shuffled }) => shuffled?.effectiveRank),
      of(say('live.nuclearNull'), nullOf('dashdot'), ({ shuffled }) => shuffled?.polarRadial),
    ].filter(({ x }) => x.length > 0),
  });
};

/** Drawn indices of the spectrum, besides the last value. */
const shownValues = [1, 2, 4, 8, 16, 32, 64];

/** Singular values as they collapse: several if the run keeps them, otherwise the largest and the smallest. */
export const valuesFigure = ({ run, lines, matrix }: LiveRun, scales: Scales): LineFigure | undefined => {
  const [first] = pointsOf(lines, matrix, ({ singularValues }) => singularValues?.length);
  const count = first?.value ?? 0;
  const places = shownValues.filter((place) => place < count);
  const kept = [...places, ...(count > 0 ? [count] : [])].map((place, i) =>
    curve(
      `σ${place}`,
      lineLook(i),
      pointsOf(lines, matrix, ({ singularValues }) => singularValues?.[place - 1]),
      scales,
    ),
  );
  const ends = [
    curve(
      say('live.largest'),
      lineLook(0),
      pointsOf(lines, matrix, ({ spectralNorm }) => spectralNorm),
      scales,
    ),
    curve(
      say('live.smallest'),
      lineLook(2),
      pointsOf(lines, matrix, ({ smallest }) => smallest),
      scales,
    ),
  ];
  const shuffled = curve(
    say('live.largestNull'),
    nullLook,
    pointsOf(lines, matrix, (metrics) => metrics.shuffled?.spectralNorm),
    scales,
  );
  return overSteps({
    ...{ title: say('live.valuesAxis'), scales, grokStep: run.grokStep },
    curves: [...(count > 0 ? kept : ends), ...(shuffled.x.length > 0 ? [shuffled] : [])],
  });
};

/** Test pairs whose mirror (b, a) was trained, and the others: the former can be answered from memory. */
export const mirrorFigure = ({ run, lines }: LiveRun, scales: Scales): LineFigure | undefined => {
  const accuracy = (name: string, look: Look, of: (line: Lines[number]) => number | undefined) =>
    curve(
      name,
      look,
      lines.map((line) => ({ step: line.step, value: of(line) })),
      scales,
    );
  const { trainFraction } = run.data.split;
  const mirrored = accuracy(say('live.mirrored'), broken(3), ({ testAccuracyMirrored }) =>
    lowest(testAccuracyMirrored),
  );
  const hasMirrors = mirrored.x.length > 0;
  return overSteps({
    ...{ title: say('live.accuracyAxis'), scales, grokStep: run.grokStep },
    format: 'percent',
    range: [0, 1.02],
    curves: [
      accuracy(say('live.train'), dotted(0), ({ trainAccuracy }) => lowest(trainAccuracy)),
      accuracy(say('live.test'), solid(2), ({ testAccuracy }) => lowest(testAccuracy)),
      ...(hasMirrors
        ? [
            mirrored,
            accuracy(
              say('live.unmirrored'),
              { ...lineLook(4), dash: 'dashdot' },
              ({ testAccuracyUnmirrored }) => lowest(testAccuracyUnmirrored),
            ),
          ]
        : []),
    ],
    marks: [
      { across: 'y', at: 1 / run.model.prime, label: say('live.chance'), side: 'right', look: nullLook },
      ...(hasMirrors
        ? [
            {
              across: 'y' as const,
              at: trainFraction,
              label: say('live.memory'),
              side: 'right' as const,
              look: edgeLook,
            },
          ]
        : []),
    ],
  });
};

/** |⟨∇L, W⟩|/(‖∇L‖‖W‖) of each module, mean over layers: zero where the loss does not change with the length of W. */
export const alongFigure = ({ run, lines }: LiveRun, scales: Scales): LineFigure | undefined => {
  const modules = [...new Set(matrixNames(lines).map(moduleOf))];
  const ofModule = (module: string) =>
    lines.flatMap(({ step, matrices }) => {
      const value = mean(
        Object.entries(matrices ?? {}).flatMap(([name, { gradientCosine }]) =>
          moduleOf(name) === module && gradientCosine !== undefined ? [Math.abs(gradientCosine)] : [],
        ),
      );
      return value === undefined ? [] : [{ step, value }];
    });
  const random = pointsOf(lines, allMatrices, ({ numbers }) =>
    numbers === undefined ? undefined : expectedCosine(numbers),
  );
  return overSteps({
    ...{ title: say('live.alongAxis'), scales, grokStep: run.grokStep },
    curves: [
      ...modules.map((module, i) => curve(module, lineLook(i), ofModule(module), scales)),
      ...(random.length > 0 ? [curve(say('live.random'), nullLook, random, scales)] : []),
    ],
  });
};

/** One vector in relation to a matrix: its components along W and orthogonal to it, and its name. */
interface Part {
  readonly name: 'gradient' | 'update' | 'decay';
  readonly ink: number;
  readonly radial: (metrics: MatrixMetrics) => number | undefined;
  readonly tangential: (metrics: MatrixMetrics) => number | undefined;
}

export const parts: readonly Part[] = [
  {
    name: 'gradient',
    ink: 0,
    radial: ({ gradientRadial }) => gradientRadial,
    tangential: ({ gradientTangential }) => gradientTangential,
  },
  {
    name: 'update',
    ink: 2,
    radial: ({ updateRadial }) => updateRadial,
    tangential: ({ updateTangential }) => updateTangential,
  },
  {
    name: 'decay',
    ink: 3,
    radial: ({ decayRadial }) => decayRadial,
    tangential: ({ decayTangential }) => decayTangential,
  },
];

/** |⟨X, W⟩|/‖W‖ over ‖X‖: the share of a vector that lies along W. */
export const shareAlong =
  ({ radial, tangential }: Part) =>
  (metrics: MatrixMetrics): number | undefined => {
    const [r, t] = [radial(metrics), tangential(metrics)];
    if (r === undefined || t === undefined || Math.hypot(r, t) === 0) return undefined;
    return Math.abs(r) / Math.hypot(r, t);
  };

/**
 * Components of gradient, last update and decay along W (dashed) and orthogonal to it (solid), and the expected
 * component along W for random directions.
 */
export const partsFigure = ({ run, lines, matrix }: LiveRun, scales: Scales): LineFigure | undefined => {
  const lengthOf = (part: Part, of: 'radial' | 'tangential') => (metrics: MatrixMetrics) => {
    const value = part[of](metrics);
    return value === undefined ? undefined : Math.abs(value);
  };
  const randomOf = (part: Part) => (metrics: MatrixMetrics) => {
    const [r, t, { numbers }] = [part.radial(metrics), part.tangential(metrics), metrics];
    return r === undefined || t === undefined || numbers === undefined
      ? undefined
      : Math.hypot(r, t) * expectedCosine(numbers);
  };

  const curves = parts.flatMap((part) => [
    curve(
      say('live.across', { name: say(`live.${part.name}`) }),
      solid(part.ink),
      pointsOf(lines, matrix, lengthOf(part, 'tangential')),
      scales,
    ),
    curve(
      say('live.along', { name: say(`live.${part.name}`) }),
      broken(part.ink),
      pointsOf(lines, matrix, lengthOf(part, 'radial')),
      scales,
    ),
    ...(part.name === 'decay'
      ? []
      : [
          curve(
            say('live.alongNull', { name: say(`live.${part.name}`) }),
            nullOf(part.name === 'gradient' ? 'dot' : 'dashdot'),
            pointsOf(lines, matrix, randomOf(part)),
            scales,
          ),
        ]),
  ]);
  return overSteps({
    ...{ title: say('live.partsAxis'), scales, grokStep: run.grokStep },
    curves: curves.filter(({ x }) => x.length > 0),
  });
};
