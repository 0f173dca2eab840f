import { median } from '../contract/median.js';
import { modeBasisNames, type Report } from '../contract/report.js';
import { percent, shortNumber, textTable, type Column } from './textTable.js';

/** A titled table of the terminal's report. */
export interface TerminalTable {
  readonly title: string;
  readonly body: string;
}

const right = (...titles: string[]): Column[] => titles.map((title) => ({ title, align: 'right' }));

/** Tables of the optional analyses of a run: each computed number beside its null. */
export const dynamicsTables = (report: Report): TerminalTable[] =>
  [defects(report), onsets(report), declines(report), energies(report), modes(report)].filter(
    ({ body }) => body !== '',
  );

const middle = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : median(values);

const defects = (report: Report): TerminalTable => ({
  title: 'Commutator defect',
  body: filled(
    [
      ...right('step'),
      { title: 'precision' },
      ...right('median D', 'median ‖g_A‖', 'median ‖δ‖', 'captured', 'random bases'),
    ],
    report.defects.map(({ step, precision, median: defect, samples }) => [
      ...[String(step), precision, shortNumber(defect)],
      shortNumber(middle(samples.map(({ gradientA }) => gradientA))),
      shortNumber(middle(samples.map(({ delta }) => delta))),
      percent(middle(samples.flatMap(({ captured }) => (captured === undefined ? [] : [captured])))),
      percent(middle(samples.flatMap(({ capturedRandom }) => capturedRandom))),
    ]),
  ),
});

const onsets = (report: Report): TerminalTable => ({
  title: 'Onset of the defect as a function of the rule',
  body: filled(
    [
      { title: 'precision' },
      { title: 'of' },
      ...right('every', 'D >', 'baseline', 'onset', 'grok step', 'lead'),
    ],
    report.onsets.map(({ precision, measure, pair, every, threshold, baseline, step, grokStep, lead }) => [
      precision,
      pair === undefined ? (measure === 'delta' ? '‖δ‖/η²' : 'median D') : `D of pair ${pair}`,
      ...[every, threshold].map(String),
      shortNumber(baseline),
      ...[step, grokStep, lead].map((value) => (value === undefined ? '–' : String(value))),
    ]),
  ),
});

const declines = (report: Report): TerminalTable => ({
  title: 'Decline of update gaps to the grok step, and of independent updates of the same lengths',
  body: filled(
    [
      { title: 'group' },
      ...right('window'),
      { title: '' },
      { title: 'gap' },
      ...right('early', 'late', 'factor', 'null'),
    ],
    report.gapDeclines.map(({ group, window, centred, gap, early, late, factor, independent }) => [
      ...[group, String(window), centred ? 'centred' : '', gap === 'g23' ? 's₂ − s₃' : 's₂² − s₃²'],
      ...[early, late, factor, independent.factor].map(shortNumber),
    ]),
  ),
});

/** The last window of each kind that ends by the grok step; otherwise the last one. */
const energies = ({ updateSpectra, source: { grokStep } }: Report): TerminalTable => {
  const kinds = new Map<string, Report['updateSpectra'][number]>();
  for (const entry of [...updateSpectra].sort((a, b) => a.lastStep - b.lastStep)) {
    if (entry.split === undefined) continue;
    const kind = `${entry.group} ${entry.window} ${entry.centred}`;
    if (!kinds.has(kind) || grokStep === undefined || entry.lastStep <= grokStep) kinds.set(kind, entry);
  }
  return {
    title: 'Energy of v₁ at the grok step: share of the gradient, the rest is decay',
    body: filled(
      [
        { title: 'group' },
        ...right('window'),
        { title: '' },
        ...right('step', 'gradient', 'if independent', 'alignment'),
      ],
      [...kinds.values()].map(({ group, window, centred, lastStep, split }) => [
        ...[group, String(window), centred ? 'centred' : '', String(lastStep)],
        ...[percent(split!.gradient[0]), percent(split!.independent[0]), shortNumber(split!.alignment[0])],
      ]),
    ),
  };
};

const modes = (report: Report): TerminalTable => {
  const nulls = new Map(report.modeNulls.map((entry) => [entry.step, entry.bases]));
  const leading = report.modes.filter(({ direction, sign }) => /^v\d+$/.test(direction) && sign === 1);
  return {
    title: 'Fourier concentration of functional modes',
    body: filled(
      [
        ...right('step'),
        { title: 'direction' },
        { title: 'basis' },
        ...right('F', 'peak', 'F fixed', 'random, mean', 'random, largest', 'Fisher 95 %'),
      ],
      leading.flatMap(({ step, direction, bases }) =>
        modeBasisNames.flatMap((basis) => {
          const found = bases[basis];
          const held = nulls.get(step)?.[basis];
          if (found === undefined) return [];
          return [
            [
              ...[String(step), direction, basis, found.concentration.toFixed(3), String(found.peak)],
              found.concentrationFixed.toFixed(3),
              ...[held?.random.mean, held?.random.max, held?.fisher.q95].map(
                (value) => value?.toFixed(3) ?? '–',
              ),
            ],
          ];
        }),
      ),
    ),
  };
};

const filled = (columns: readonly Column[], rows: readonly string[][]): string =>
  rows.length === 0 ? '' : textTable(columns, rows);
