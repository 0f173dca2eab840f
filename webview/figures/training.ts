import type { Metrics, RunFile } from '../../extension/contract/run.js';
import type { Curve, LineFigure, Scale } from '../charts/figure.js';
import { lineLook, nullLook } from '../charts/looks.js';
import { say } from '../strings.js';
import { grokMark } from './trajectory.js';

/** A run as its charts are drawn from it: lines in the order of their steps. */
export interface RunHistory {
  readonly run: RunFile;
  readonly lines: readonly Metrics[];
}

export interface Scales {
  readonly steps: Scale;
  readonly values: Scale;
}

/** Mean cross-entropy of guessing every residue alike, summed over the tasks as the loss is: k · ln p. */
export const chanceLoss = ({ run }: RunHistory): number => run.data.tasks.length * Math.log(run.model.prime);
/** Accuracy of the same guess: 1 ⁄ p. */
export const chanceAccuracy = ({ run }: RunHistory): number => 1 / run.model.prime;

/** The values of the lines that have one, at their steps; a log axis has no place for what is not positive. */
function curve(
  lines: readonly Metrics[],
  {
    name,
    index,
    of,
    scales,
  }: {
    readonly name: string;
    readonly index: number;
    readonly of: (line: Metrics) => number | undefined;
    readonly scales: Scales;
  },
): Curve {
  const fits = (value: number | undefined, scale: Scale): value is number =>
    value !== undefined && (scale === 'linear' || value > 0);
  const shown = lines.filter((line) => fits(line.step, scales.steps) && fits(of(line), scales.values));
  return {
    name,
    x: shown.map(({ step }) => step),
    y: shown.map((line) => of(line)!),
    look: lineLook(index),
  };
}

const stepAxis = (scale: Scale): LineFigure['x'] => ({ title: say('step'), scale, format: 'integer' });

/** The figure, or none before there is a point in it. */
const withPoints = (figure: LineFigure): LineFigure | undefined =>
  figure.curves.some(({ x }) => x.length > 0) ? figure : undefined;

/** A vertical mark at step 0 has no place on a log axis. */
const grokOn = ({ run }: RunHistory, steps: Scale): NonNullable<LineFigure['marks']> =>
  grokMark(run.grokStep).filter(({ at }) => steps === 'linear' || at > 0);

export function lossFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  const { lines } = history;
  return withPoints({
    kind: 'lines',
    x: stepAxis(scales.steps),
    y: { title: say('training.lossAxis'), scale: scales.values, format: 'number' },
    curves: [
      curve(lines, { name: say('training.loss'), index: 0, of: ({ loss }) => loss, scales }),
      curve(lines, { name: say('training.testLoss'), index: 1, of: ({ testLoss }) => testLoss, scales }),
    ],
    marks: [
      {
        across: 'y',
        at: chanceLoss(history),
        label: say('training.chanceLoss'),
        side: 'right',
        look: nullLook,
      },
      ...grokOn(history, scales.steps),
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
    x: stepAxis(scales.steps),
    y: {
      title: say('training.accuracyAxis'),
      scale: scales.values,
      format: 'percent',
      ...(scales.values === 'linear' ? { range: [0, 1.02] } : {}),
    },
    curves: tasks.flatMap((task, index) => [
      curve(lines, {
        name: named('training.trainAccuracy', task),
        index: 2 * index,
        of: ({ trainAccuracy }) => trainAccuracy?.[task],
        scales,
      }),
      curve(lines, {
        name: named('training.testAccuracy', task),
        index: 2 * index + 1,
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
      ...grokOn(history, scales.steps),
    ],
  });
}

export function normFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  const { lines } = history;
  return withPoints({
    kind: 'lines',
    x: stepAxis(scales.steps),
    y: { title: say('training.normAxis'), scale: scales.values, format: 'number' },
    curves: [
      curve(lines, {
        name: say('training.parameterNorm'),
        index: 0,
        of: ({ parameterNorm }) => parameterNorm,
        scales,
      }),
      curve(lines, {
        name: say('training.gradientNorm'),
        index: 1,
        of: ({ gradientNorm }) => gradientNorm,
        scales,
      }),
    ],
    marks: grokOn(history, scales.steps),
  });
}

export function paceFigure(history: RunHistory, scales: Scales): LineFigure | undefined {
  return withPoints({
    kind: 'lines',
    x: stepAxis(scales.steps),
    y: { title: say('training.pace'), scale: scales.values, format: 'number' },
    curves: [
      curve(history.lines, {
        name: say('training.pace'),
        index: 0,
        of: ({ stepsPerSecond }) => stepsPerSecond,
        scales,
      }),
    ],
  });
}
