import type { Report, UpdateSpectrumEntry } from '../../../extension/contract/report.js';
import type { LineFigure } from '../../charts/figure.js';
import { lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { none, number } from '../../words/numbers.js';
import { groupLabel, type MatrixInfo } from '../../report/matrices.js';
import { say } from '../../words/say.js';
import { band, curve, overSteps, type Scales } from '../../charts/overSteps.js';

/** One kind of window over the whole series. */
export interface WindowKind {
  readonly group: string;
  readonly window: number;
  readonly centred: boolean;
}

export const kindKey = ({ group, window, centred }: WindowKind): string => `${group}|${window}|${centred}`;

/** The kinds of windows that were measured, in the order of the report. */
export const windowKinds = ({ updateSpectra }: Report): WindowKind[] => [
  ...new Map(
    updateSpectra.map(({ group, window, centred }) => [
      kindKey({ group, window, centred }),
      { group, window, centred },
    ]),
  ).values(),
];

export const kindSays = ({ group, window, centred }: WindowKind, matrices: readonly MatrixInfo[]): string =>
  say(centred ? 'dynamics.windowCentred' : 'dynamics.windowUncentred', {
    group: group === 'all' ? say('scope.all') : groupLabel(group, matrices),
    window,
  });

const ofKind = ({ updateSpectra }: Report, kind: WindowKind): UpdateSpectrumEntry[] =>
  updateSpectra.filter((entry) => kindKey(entry) === kindKey(kind)).sort((a, b) => a.lastStep - b.lastStep);

type Gap = 'ratio12' | 'g23';

/** A gap of the update spectrum beside that of independent updates of the run's own step lengths. */
export function gapFigure(
  report: Report,
  kind: WindowKind,
  gap: Gap,
  scales: Scales,
): LineFigure | undefined {
  const entries = ofKind(report, kind);
  const nulls = entries.flatMap(({ lastStep, nulls: { independent } }) => {
    const spread = independent[gap];
    return spread === undefined ? [] : [{ step: lastStep, ...spread }];
  });
  return overSteps({
    title: say(`dynamics.${gap}Axis`),
    scales,
    grokStep: report.source.grokStep,
    curves: [
      curve(
        say('dynamics.measured'),
        markedLook(0),
        entries.map((entry) => ({ step: entry.lastStep, value: entry[gap] })),
        scales,
      ),
      curve(
        say('dynamics.independent'),
        nullLook,
        nulls.map(({ step, mean }) => ({ step, value: mean })),
        scales,
      ),
    ],
    bands: [
      band(
        say('dynamics.independentBand'),
        'muted',
        nulls.map(({ step, q05, q95 }) => ({ step, low: q05, high: q95 })),
        scales,
      ),
    ],
  });
}

export function ratioSays(report: Report, kind: WindowKind): string {
  const entries = ofKind(report, kind).filter(({ ratio12 }) => ratio12 !== undefined);
  const above = entries.filter(
    ({ ratio12, nulls }) => ratio12! > (nulls.independent.ratio12?.q95 ?? Infinity),
  );
  const last = entries.at(-1);
  return last === undefined
    ? ''
    : say('dynamics.ratioSays', {
        above: above.length,
        all: entries.length,
        last: number(last.ratio12!),
        step: last.lastStep,
        null: number(last.nulls.independent.ratio12?.mean ?? 1),
      });
}

export function declineSays(report: Report, kind: WindowKind): string {
  const decline = report.gapDeclines.find((entry) => entry.gap === 'g23' && kindKey(entry) === kindKey(kind));
  if (decline === undefined) return '';
  return say('dynamics.declineSays', {
    early: number(decline.early),
    late: number(decline.late),
    factor: decline.factor === undefined ? none : number(decline.factor),
    nullEarly: number(decline.independent.early),
    nullLate: number(decline.independent.late),
    nullFactor: decline.independent.factor === undefined ? none : number(decline.independent.factor),
  });
}

const shownValues = 5;

export function spectrumFigure(report: Report, kind: WindowKind, scales: Scales): LineFigure | undefined {
  const entries = ofKind(report, kind);
  const at = (index: number, of: (entry: UpdateSpectrumEntry) => readonly number[]) =>
    entries.map((entry) => ({ step: entry.lastStep, value: of(entry)[index] }));
  return overSteps({
    title: say('dynamics.updateAxis'),
    scales,
    grokStep: report.source.grokStep,
    curves: [
      ...Array.from({ length: shownValues }, (_, i) =>
        curve(
          `s${i + 1}`,
          lineLook(i),
          at(i, ({ singularValues }) => singularValues),
          scales,
        ),
      ),
      ...[0, shownValues - 1].map((i) =>
        curve(
          say('dynamics.independentValue', { n: i + 1 }),
          nullLook,
          at(i, ({ nulls }) => nulls.independent.mean),
          scales,
        ),
      ),
    ],
  });
}

/** k* under the three definitions, and that of independent updates under the papers' own, the weighted one. */
export function kStarFigure(report: Report, kind: WindowKind, scales: Scales): LineFigure | undefined {
  const entries = ofKind(report, kind);
  const nulls = entries.flatMap(({ lastStep, nulls: { independent } }) => {
    const spread = independent.kStar?.weighted;
    return spread === undefined ? [] : [{ step: lastStep, ...spread }];
  });
  return overSteps({
    title: 'k*',
    scales,
    format: 'integer',
    grokStep: report.source.grokStep,
    curves: [
      ...(['weighted', 'ratioUpTo10', 'ratio'] as const).map((rule, index) =>
        curve(
          say(`dynamics.kStar.${rule}`),
          markedLook(index),
          entries.map(({ lastStep, kStar }) => ({ step: lastStep, value: kStar[rule] })),
          scales,
        ),
      ),
      curve(
        say('dynamics.independentKStar'),
        nullLook,
        nulls.map(({ step, mean }) => ({ step, value: mean })),
        scales,
      ),
    ],
    bands: [
      band(
        say('dynamics.independentBand'),
        'muted',
        nulls.map(({ step, q05, q95 }) => ({ step, low: q05, high: q95 })),
        scales,
      ),
    ],
  });
}

export function kStarSays(report: Report, kind: WindowKind): string {
  const compared = ofKind(report, kind).flatMap(({ lastStep, kStar: { weighted }, nulls }) => {
    const spread = nulls.independent.kStar?.weighted;
    return weighted === undefined || spread === undefined ? [] : [{ step: lastStep, weighted, spread }];
  });
  const last = compared.at(-1);
  if (last === undefined) return say('dynamics.kStarSays');
  const outside = compared.filter(({ weighted, spread: { q05, q95 } }) => weighted < q05 || weighted > q95);
  const beside = say('dynamics.kStarBeside', {
    outside: outside.length,
    all: compared.length,
    step: last.step,
    last: last.weighted,
    mean: number(last.spread.mean),
    low: number(last.spread.q05),
    high: number(last.spread.q95),
  });
  return `${say('dynamics.kStarSays')} ${beside}`;
}

export function decayFigure(report: Report, kind: WindowKind, scales: Scales): LineFigure | undefined {
  const entries = ofKind(report, kind);
  return overSteps({
    title: say('dynamics.decayAxis'),
    scales: { ...scales, values: 'linear' },
    range: [0, 1.02],
    grokStep: report.source.grokStep,
    curves: [0, 1, 2].map((i) =>
      curve(
        `v${i + 1}`,
        markedLook(i),
        entries.map(({ lastStep, nulls }) => ({ step: lastStep, value: nulls.decay?.shares[i] })),
        { ...scales, values: 'linear' },
      ),
    ),
  });
}

export function decaySays(report: Report, kind: WindowKind): string {
  const entries = ofKind(report, kind).filter(({ nulls }) => nulls.decay?.shares[0] !== undefined);
  const [most] = [...entries].sort((a, b) => b.nulls.decay!.shares[0]! - a.nulls.decay!.shares[0]!);
  return most === undefined
    ? ''
    : say('dynamics.decaySays', {
        share: number(most.nulls.decay!.shares[0]!),
        step: most.lastStep,
        expected: number(most.nulls.decay!.expected),
      });
}
