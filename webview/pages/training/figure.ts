import type { Metrics, RunFile } from '../../../extension/contract/run.js';
import type { Curve, LineFigure, Look, Scale } from '../../charts/figure.js';
import { lineLook, nullLook } from '../../charts/looks.js';
import { stepAxis } from '../../charts/stepAxis.js';
import { say } from '../../words/say.js';
import { grokMark } from '../../charts/grokMark.js';

/** A run as its charts use it: lines in step order. */
export interface RunHistory {
  readonly run: RunFile;
  readonly lines: readonly Metrics[];
}

/** Scale of the values; the scale of the steps is one choice for all charts. */
export interface Scales {
  readonly values: Scale;
}

/** Cross-entropy of a uniform guess over the residues, summed over k tasks as the loss is: k · ln p. */
export const chanceLoss = ({ run }: RunHistory): number => run.data.tasks.length * Math.log(run.model.prime);
/** Accuracy of the same guess: 1 ⁄ p. */
export const chanceAccuracy = ({ run }: RunHistory): number => 1 / run.model.prime;

/** The lines' existing values at their steps; a log axis drops values that are not positive. */
function curve(
  lines: readonly Metrics[],
  {
    name,
    look,
    of,
    scales,
  }: {
    readonly name: string;
    readonly look: Look;
    readonly of: (line: Metrics) => number | undefined;
    readonly scales: Scales;
  },
): Curve {
  const fits = (value: number | undefined, scale: Scale): value is number =>
    value !== undefined && (scale === 'linear' || value > 0);
  const shown = lines.filter((line) => fits(of(line), scales.values));
  return {
    name,
    x: shown.map(({ step }) => step),
    y: shown.map((line) => of(line)!),
    look,
  };
}

/** Dotted for training pairs, solid for test pairs; with several tasks the colour identifies the task. */
const onTraining = (ink: number): Look => ({ ...lineLook(ink), dash: 'dot' });
const onTest = (ink: number): Look => ({ ...lineLook(ink), dash: 'solid' });
const taskInks = [0, 2, 3, 4, 5, 1] as const;

/** The figure; none without points. */
const withPoints = (figure: LineFigure): LineFigure | undefined =>
  figure.curves.some(({ x }) => x.length > 0) ? figure : undefined;

export function lossFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  const { lines } = history;
  return withPoints({
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('training.lossAxis'), scale: scales.values, format: 'number' },
    curves: [
      curve(lines, { name: say('training.loss'), look: onTraining(0), of: ({ loss }) => loss, scales }),
      curve(lines, {
        name: say('training.testLoss'),
        look: onTest(2),
        of: ({ testLoss }) => testLoss,
        scales,
      }),
    ],
    marks: [
      {
        across: 'y',
        at: chanceLoss(history),
        label: say('training.chanceLoss'),
        side: 'right',
        look: nullLook,
      },
      ...grokMark(history.run.grokStep),
    ],
  });
}

/** Two curves for each task: training pairs and test pairs. */
export function accuracyFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  const { run, lines } = history;
  const { tasks } = run.data;
  const named = (key: 'training.trainAccuracy' | 'training.testAccuracy', task: string): string =>
    tasks.length === 1 ? say(key) : `${say(key)}, ${task}`;
  return withPoints({
    kind: 'lines',
    x: stepAxis(),
    y: {
      title: say('training.accuracyAxis'),
      scale: scales.values,
      format: 'percent',
      ...(scales.values === 'linear' ? { range: [0, 1.02] } : {}),
    },
    curves: tasks.flatMap((task, index) => [
      curve(lines, {
        name: named('training.trainAccuracy', task),
        look: onTraining(tasks.length === 1 ? 0 : taskInks[index % taskInks.length]!),
        of: ({ trainAccuracy }) => trainAccuracy?.[task],
        scales,
      }),
      curve(lines, {
        name: named('training.testAccuracy', task),
        look: onTest(tasks.length === 1 ? 2 : taskInks[index % taskInks.length]!),
        of: ({ testAccuracy }) => testAccuracy?.[task],
        scales,
      }),
    ]),
    marks: [
      {
        across: 'y',
        at: chanceAccuracy(history),
        label: say('training.chanceAccuracy'),
        side: 'right',
        look: nullLook,
      },
      ...grokMark(history.run.grokStep),
    ],
  });
}

export function normFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  const { lines } = history;
  return withPoints({
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('training.normAxis'), scale: scales.values, format: 'number' },
    curves: [
      curve(lines, {
        name: say('training.parameterNorm'),
        look: lineLook(0),
        of: ({ parameterNorm }) => parameterNorm,
        scales,
      }),
      curve(lines, {
        name: say('training.gradientNorm'),
        look: lineLook(2),
        of: ({ gradientNorm }) => gradientNorm,
        scales,
      }),
    ],
    marks: grokMark(history.run.grokStep),
  });
}

export function paceFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  return withPoints({
    kind: 'lines',
    x: stepAxis(),
    y: { title: say('training.pace'), scale: scales.values, format: 'number' },
    curves: [
      curve(history.lines, {
        name: say('training.pace'),
        look: lineLook(0),
        of: ({ stepsPerSecond }) => stepsPerSecond,
        scales,
      }),
    ],
  });
}
