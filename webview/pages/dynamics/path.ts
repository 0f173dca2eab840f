import type { MatrixGapsEntry, PathShareEntry, Report } from '../../../extension/contract/report.js';
import type { LineFigure } from '../../charts/figure.js';
import { lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { deviations, none, number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { band, curve, overSteps, type Scales } from '../../charts/overSteps.js';

const layersOf = ({ matrixGaps }: Report): number[] =>
  [...new Set(matrixGaps.map(({ layer }) => layer))].sort((a, b) => a - b);

const ofLayer = ({ matrixGaps }: Report, layer: number): MatrixGapsEntry[] =>
  matrixGaps.filter((entry) => entry.layer === layer).sort((a, b) => a.step - b.step);

export function gapsFigure(report: Report, scales: Scales): LineFigure | undefined {
  return overSteps({
    title: say('dynamics.gapAxis'),
    scales,
    grokStep: report.source.grokStep,
    curves: layersOf(report).flatMap((layer, index) => {
      const entries = ofLayer(report, layer);
      return [
        ...(['g12', 'g23'] as const).map((gap, i) =>
          curve(
            say(`dynamics.${gap}`, { layer }),
            lineLook(2 * index + i),
            entries.map((entry) => ({ step: entry.step, value: entry[gap] })),
            scales,
          ),
        ),
        curve(
          say('dynamics.gapShuffled', { layer }),
          { ...nullLook, dash: index % 2 === 0 ? 'dash' : 'dot' },
          entries.map(({ step, nulls }) => ({ step, value: nulls?.g12 })),
          scales,
        ),
      ];
    }),
  });
}

/** The smallest s₁ − s₂ of each layer: where its leading directions swap. */
export function gapsSays(report: Report): string {
  return layersOf(report)
    .flatMap((layer) => {
      const entries = ofLayer(report, layer);
      const [least] = [...entries].sort((a, b) => a.g12 - b.g12);
      const last = entries.at(-1);
      return least === undefined || last === undefined
        ? []
        : [
            say('dynamics.gapsSay', {
              layer,
              least: number(least.g12),
              step: least.step,
              last: number(last.g12),
            }) +
              (least.nulls === undefined || last.nulls === undefined
                ? ''
                : say('dynamics.gapsNull', {
                    least: number(least.nulls.g12),
                    last: number(last.nulls.g12),
                  })),
          ];
    })
    .join(' ');
}

export function commutatorFigure(report: Report, scales: Scales): LineFigure | undefined {
  return overSteps({
    title: '‖[W_Q, W_K]‖_F',
    scales,
    grokStep: report.source.grokStep,
    curves: layersOf(report).flatMap((layer, index) => {
      const entries = ofLayer(report, layer);
      return [
        curve(
          say('dynamics.layer', { layer }),
          markedLook(index),
          entries.map(({ step, commutator }) => ({ step, value: commutator })),
          scales,
        ),
        curve(
          say('dynamics.turned', { layer }),
          { ...nullLook, dash: index % 2 === 0 ? 'dash' : 'dot' },
          entries.map(({ step, nulls }) => ({ step, value: nulls?.commutator })),
          scales,
        ),
      ];
    }),
  });
}

/** The commutator of each layer at its last checkpoint over that of a randomly rotated W_K. */
export function commutatorSays(report: Report): string {
  return layersOf(report)
    .flatMap((layer) => {
      const last = ofLayer(report, layer).at(-1);
      const chance = last?.nulls?.commutator;
      return last?.commutator === undefined || chance === undefined
        ? []
        : [
            say('dynamics.commutatorSays', {
              layer,
              step: last.step,
              own: number(last.commutator),
              chance: number(chance),
            }),
          ];
    })
    .join(' ');
}

export const pathMatrices = ({ pathShares }: Report): string[] => [
  ...new Set(pathShares.map(({ matrix }) => matrix)),
];

const ofMatrix = ({ pathShares }: Report, matrix: string): PathShareEntry[] =>
  pathShares.filter((entry) => entry.matrix === matrix).sort((a, b) => a.lastStep - b.lastStep);

export function shareFigure(report: Report, matrix: string, scales: Scales): LineFigure | undefined {
  const entries = ofMatrix(report, matrix);
  return overSteps({
    title: say('dynamics.shareAxis'),
    scales,
    format: 'percent',
    grokStep: report.source.grokStep,
    curves: [
      curve(
        matrix,
        markedLook(0),
        entries.map(({ lastStep, share }) => ({ step: lastStep, value: share })),
        scales,
      ),
      curve(
        say('dynamics.walk'),
        nullLook,
        entries.map(({ lastStep, nulls }) => ({ step: lastStep, value: nulls.randomWalk.mean })),
        scales,
      ),
      curve(
        say('dynamics.decayWalk'),
        { ...nullLook, dash: 'dot' },
        entries.map(({ lastStep, nulls }) => ({ step: lastStep, value: nulls.decay?.mean })),
        scales,
      ),
    ],
    bands: [
      band(
        say('dynamics.walkBand'),
        'muted',
        entries.map(({ lastStep, nulls }) => ({
          step: lastStep,
          low: nulls.randomWalk.q05,
          high: nulls.randomWalk.q95,
        })),
        scales,
      ),
    ],
  });
}

export function shareSays(report: Report, matrix: string): string {
  const last = ofMatrix(report, matrix).at(-1);
  return last === undefined
    ? ''
    : say('dynamics.shareSays', {
        share: percent(last.share),
        step: last.lastStep,
        walk: percent(last.nulls.randomWalk.mean),
        z: last.nulls.randomWalk.z === undefined ? none : deviations(last.nulls.randomWalk.z),
      }) +
        (last.nulls.decay === undefined
          ? ''
          : say('dynamics.shareDecaySays', {
              decay: percent(last.nulls.decay.mean),
              z: last.nulls.decay.z === undefined ? none : deviations(last.nulls.decay.z),
            }));
}
