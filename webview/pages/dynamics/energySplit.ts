import type { Report, UpdateSpectrumEntry } from '../../../extension/contract/report.js';
import type { LineFigure } from '../../charts/figure.js';
import { markedLook, nullLook } from '../../charts/looks.js';
import { number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { curve, overSteps, type Scales } from '../../charts/overSteps.js';
import { kindKey, type WindowKind } from './updates.js';

type Split = UpdateSpectrumEntry & { readonly split: NonNullable<UpdateSpectrumEntry['split']> };

const splitsOf = ({ updateSpectra }: Report, kind: WindowKind): Split[] =>
  updateSpectra
    .filter((entry): entry is Split => entry.split !== undefined && kindKey(entry) === kindKey(kind))
    .sort((a, b) => a.lastStep - b.lastStep);

/** The gradient's share of the energy of v₁ … v₃, and of v₁ for independent gradient steps. */
export function splitFigure(report: Report, kind: WindowKind, scales: Scales): LineFigure | undefined {
  const entries = splitsOf(report, kind);
  const linear: Scales = { ...scales, values: 'linear' };
  return overSteps({
    title: say('dynamics.splitAxis'),
    scales: linear,
    range: [0, 1.02],
    format: 'percent',
    grokStep: report.source.grokStep,
    curves: [
      ...[0, 1, 2].map((i) =>
        curve(
          `v${i + 1}`,
          markedLook(i),
          entries.map(({ lastStep, split }) => ({ step: lastStep, value: split.gradient[i] })),
          linear,
        ),
      ),
      curve(
        say('dynamics.splitIndependent'),
        nullLook,
        entries.map(({ lastStep, split }) => ({ step: lastStep, value: split.independent[0] })),
        linear,
      ),
    ],
  });
}

export function splitSays(report: Report, kind: WindowKind): string {
  const entries = splitsOf(report, kind).filter(({ split }) => split.gradient.length > 0);
  const { grokStep } = report.source;
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return '';
  const atGrok =
    grokStep === undefined ? undefined : entries.findLast(({ lastStep }) => lastStep <= grokStep);
  const at = ({ lastStep, split: { gradient, alignment, independent } }: Split): string =>
    say('dynamics.splitAt', {
      step: lastStep,
      gradient: percent(gradient[0]!),
      null: percent(independent[0] ?? 0),
      alignment: number(alignment[0]!),
    });
  const told = [first, ...(atGrok === undefined ? [] : [atGrok]), last];
  return [...new Set(told)].map(at).join(' ') + ' ' + say('dynamics.splitSays');
}
