import type { DefectEntry, OnsetEntry, Report } from '../../../extension/contract/report.js';
import type { LineFigure } from '../../charts/figure.js';
import { edgeLook, lineLook, markedLook, nullLook } from '../../charts/looks.js';
import { chanceOf } from '../../report/chance.js';
import { number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { band, curve, overSteps, type Point, type Scales } from '../../charts/overSteps.js';

/** The published rule: D > 20 and D > 10 times its baseline, for the median over the pairs of batches. */
const publishedThreshold = 20;

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

const inOrder = <T extends { readonly step: number }>(entries: readonly T[]): T[] =>
  [...entries].sort((a, b) => a.step - b.step);

const ofPrecision = ({ defects }: Report, precision: DefectEntry['precision']): DefectEntry[] =>
  inOrder(defects.filter((entry) => entry.precision === precision));

/** The preferred precision: float64 if it was measured. */
const measured = (report: Report): DefectEntry[] => {
  const exact = ofPrecision(report, 'float64');
  return exact.length > 0 ? exact : ofPrecision(report, 'float32');
};

const rules = (report: Report): OnsetEntry[] => {
  const [first] = measured(report);
  return report.onsets
    .filter(
      ({ precision, measure, pair }) =>
        precision === first?.precision && measure === 'defect' && pair === undefined,
    )
    .sort((a, b) => a.every - b.every || a.threshold - b.threshold);
};

export const publishedRule = (report: Report): OnsetEntry | undefined =>
  rules(report).find(({ threshold }) => threshold === publishedThreshold);

const grokStepOf = (report: Report): number | undefined =>
  report.source.grokStep ?? publishedRule(report)?.grokStep;

const points = <T extends { readonly step: number }>(
  entries: readonly T[],
  value: (entry: T) => number | undefined,
): Point[] => entries.map((entry) => ({ step: entry.step, value: value(entry) }));

export function accuracyFigure(report: Report, scales: Scales): LineFigure | undefined {
  const tasks = [...new Set(report.accuracies.flatMap(({ accuracy }) => Object.keys(accuracy)))];
  const chance = chanceOf(report);
  const kinds = ['test', 'mirrored', 'unmirrored', 'train'] as const;
  return overSteps({
    title: say('dynamics.accuracy'),
    scales,
    format: 'percent',
    range: [0, 1.02],
    grokStep: grokStepOf(report),
    curves: tasks.flatMap((task, index) =>
      kinds.map((pairs, kind) =>
        curve(
          tasks.length === 1 ? say(`dynamics.pairs.${pairs}`) : `${say(`dynamics.pairs.${pairs}`)}, ${task}`,
          pairs === 'train' ? { ...lineLook(index), dash: 'dot' } : lineLook(index + kind),
          points(
            inOrder(report.accuracies.filter((entry) => entry.pairs === pairs)),
            ({ accuracy }) => accuracy[task],
          ),
          scales,
        ),
      ),
    ),
    marks:
      chance === undefined
        ? []
        : [{ across: 'y', at: chance, label: say('dynamics.chance'), side: 'right', look: nullLook }],
  });
}

/** The largest difference between test pairs with and without a mirror in the training set. */
export function accuracySays(report: Report): string {
  const meanOf = ({ accuracy }: { readonly accuracy: Readonly<Record<string, number>> }): number =>
    mean(Object.values(accuracy)) ?? 0;
  const mirrored = report.accuracies.filter(({ pairs }) => pairs === 'mirrored');
  const gaps = mirrored.flatMap((entry) => {
    const other = report.accuracies.find(({ pairs, step }) => pairs === 'unmirrored' && step === entry.step);
    return other ? [{ step: entry.step, with: meanOf(entry), without: meanOf(other) }] : [];
  });
  const [most] = gaps.sort((a, b) => Math.abs(b.with - b.without) - Math.abs(a.with - a.without));
  return most === undefined
    ? ''
    : say('dynamics.accuracySays', {
        step: most.step,
        mirrored: percent(most.with),
        unmirrored: percent(most.without),
      });
}

export function defectFigure(report: Report, scales: Scales): LineFigure | undefined {
  const exact = measured(report);
  const rounded = exact[0]?.precision === 'float64' ? ofPrecision(report, 'float32') : [];
  const rule = publishedRule(report);
  const limit = rule && Math.max(rule.threshold, rule.factor * rule.baseline);
  return overSteps({
    title: say('dynamics.defect'),
    scales,
    grokStep: grokStepOf(report),
    curves: [
      curve(
        say('dynamics.defectMedian'),
        markedLook(0),
        points(exact, (entry) => entry.median),
        scales,
      ),
      ...(rounded.length === 0
        ? []
        : [
            curve(
              say('dynamics.defectRounded'),
              lineLook(1),
              points(rounded, (entry) => entry.median),
              scales,
            ),
          ]),
    ],
    bands: [
      band(
        say('dynamics.defectRange'),
        0,
        exact.map(({ step, samples }) => ({
          step,
          low: Math.min(...samples.map(({ defect }) => defect)),
          high: Math.max(...samples.map(({ defect }) => defect)),
        })),
        scales,
      ),
    ],
    marks: [
      ...(limit === undefined
        ? []
        : [
            {
              across: 'y' as const,
              at: limit,
              label: say('dynamics.threshold', { limit: number(limit) }),
              side: 'left' as const,
              look: nullLook,
            },
          ]),
      ...(rule?.step === undefined
        ? []
        : [
            {
              across: 'x' as const,
              at: rule.step,
              label: say('dynamics.onset', { step: rule.step }),
              side: 'left' as const,
              look: edgeLook,
            },
          ]),
    ],
  });
}

export function defectSays(report: Report): string {
  const rule = publishedRule(report);
  if (rule === undefined) return '';
  const growth = number(rule.growth);
  if (rule.step === undefined) return say('dynamics.noOnset', { growth });
  if (rule.lead === undefined) return say('dynamics.onsetNoGrok', { step: rule.step, growth });
  return say(rule.lead >= 0 ? 'dynamics.onsetSays' : 'dynamics.onsetAfter', {
    step: rule.step,
    lead: Math.abs(rule.lead),
    grok: rule.grokStep ?? '',
    growth,
  });
}

export function gradientFigure(report: Report, scales: Scales): LineFigure | undefined {
  const entries = measured(report);
  return overSteps({
    title: say('dynamics.gradientAxis'),
    scales,
    grokStep: grokStepOf(report),
    curves: [
      curve(
        say('dynamics.gradient'),
        markedLook(0),
        points(entries, ({ samples }) =>
          median(samples.flatMap(({ gradientA, gradientB }) => [gradientA, gradientB])),
        ),
        scales,
      ),
      curve(
        say('dynamics.delta'),
        markedLook(1),
        points(entries, ({ samples, eta }) => median(samples.map(({ delta }) => delta / eta ** 2))),
        scales,
      ),
    ],
  });
}

/** The share of the defect's rise that comes from the fall of the gradients in its denominator. */
export function gradientSays(report: Report): string {
  const entries = measured(report);
  const size = ({ samples }: DefectEntry): number =>
    median(samples.flatMap(({ gradientA, gradientB }) => [gradientA, gradientB])) ?? 0;
  const [most] = [...entries].sort((a, b) => size(b) - size(a));
  const last = entries.at(-1);
  return most === undefined || last === undefined
    ? ''
    : say('dynamics.gradientSays', {
        high: number(size(most)),
        at: most.step,
        low: number(size(last)),
        last: last.step,
      });
}

export function capturedFigure(report: Report, scales: Scales): LineFigure | undefined {
  const entries = measured(report).filter(({ basisDimension }) => basisDimension !== undefined);
  const expected = entries.at(-1)?.expectedCapture;
  return overSteps({
    title: say('dynamics.captured'),
    scales,
    grokStep: grokStepOf(report),
    curves: [
      curve(
        say('dynamics.capturedOwn'),
        markedLook(0),
        points(entries, ({ samples }) => median(samples.flatMap(({ captured }) => captured ?? []))),
        scales,
      ),
      curve(
        say('dynamics.capturedRandom'),
        nullLook,
        points(entries, ({ samples }) => mean(samples.flatMap(({ capturedRandom }) => capturedRandom))),
        scales,
      ),
    ],
    marks:
      expected === undefined
        ? []
        : [{ across: 'y', at: expected, label: '√(K ⁄ P)', side: 'right', look: edgeLook }],
  });
}

export function capturedSays(report: Report): string {
  const last = measured(report)
    .filter(({ basisDimension }) => basisDimension !== undefined)
    .at(-1);
  if (last === undefined) return '';
  const own = median(last.samples.flatMap(({ captured }) => captured ?? []));
  const random = mean(last.samples.flatMap(({ capturedRandom }) => capturedRandom));
  return own === undefined || random === undefined
    ? ''
    : say('dynamics.capturedSays', {
        step: last.step,
        own: percent(own),
        random: percent(random),
        dimension: last.basisDimension ?? '',
        expected: percent(last.expectedCapture ?? 0),
      });
}

/** The onset as a function of the rule's threshold. */
export function onsetFigure(report: Report): LineFigure | undefined {
  const all = rules(report).filter(({ step }) => step !== undefined);
  const spacings = [...new Set(all.map(({ every }) => every))];
  if (all.length === 0) return undefined;
  const grokStep = grokStepOf(report);
  return {
    kind: 'lines',
    x: { title: say('dynamics.thresholdAxis'), scale: 'linear', format: 'number' },
    y: { title: say('dynamics.onsetAxis'), scale: 'linear', format: 'integer' },
    curves: spacings.map((spacing, index) => {
      const shown = all.filter(({ every }) => every === spacing);
      return {
        name: say('dynamics.every', { every: spacing }),
        look: markedLook(index),
        x: shown.map(({ threshold }) => threshold),
        y: shown.map(({ step }) => step!),
      };
    }),
    marks:
      grokStep === undefined
        ? []
        : [
            {
              across: 'y',
              at: grokStep,
              label: say('grokStep', { step: grokStep }),
              side: 'right',
              look: edgeLook,
            },
          ],
  };
}

export function onsetFigureSays(report: Report): string {
  const found = rules(report).flatMap(({ step, threshold }) =>
    step === undefined ? [] : [{ step, threshold }],
  );
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) return '';
  const steps = found.map(({ step }) => step);
  const thresholds = found.map(({ threshold }) => threshold);
  return say('dynamics.onsetRange', {
    low: number(Math.min(...thresholds)),
    high: number(Math.max(...thresholds)),
    first: Math.min(...steps),
    last: Math.max(...steps),
  });
}
