import { median } from '../../../extension/contract/median.js';
import type { Metrics, RunFile } from '../../../extension/contract/run.js';
import { keptByDecay } from '../../../extension/contract/keptByDecay.js';
import { runEnd } from '../../../extension/contract/runEnd.js';
import type { TrainingState } from '../../../extension/contract/training.js';
import { extent } from '../../charts/extent.js';
import { chanceAccuracy, chanceLoss, type RunHistory } from './figure.js';
import { say } from '../../words/say.js';
import { notComputed } from '../../report/absence.js';
import { duration, integer, list, number, percent } from '../../words/numbers.js';

const lowest = (accuracy: Metrics['testAccuracy']): number | undefined => {
  const values = Object.values(accuracy ?? {});
  return values.length === 0 ? undefined : Math.min(...values);
};

/** The run's provider, and why better ones were skipped. */
export const providerSays = ({ provider, versions }: RunFile): string =>
  [
    say('training.provider', {
      name: provider.device === undefined ? provider.name : `${provider.name} (${provider.device})`,
      version: versions['onnxruntime'] ?? '',
    }),
    ...provider.passedOver.map(({ name, reason }) => say('training.passedOver', { name, reason })),
  ].join(' ');

/** The settings that distinguish runs, in one line. */
export function configSays({ config }: RunFile): string {
  const { batch, learningRate, weightDecay, initSeed, data } = config;
  return say('training.config', {
    batch: batch === 'full' ? say('training.fullBatch') : integer(batch),
    rate: number(learningRate),
    decay: number(weightDecay),
    init: initSeed,
    split: data.split.seed,
    share: percent(data.split.trainFraction),
  });
}

/** Why a chart of the run is missing; `valuesOf` gives its values in a line. */
export function metricsAbsent(
  { run, lines }: RunHistory,
  state: TrainingState | undefined,
  valuesOf: (line: Metrics) => readonly (number | undefined)[],
): string {
  const has = lines.some((line) => valuesOf(line).some((value) => value !== undefined));
  if (has) return notComputed(say('absent.positive'));
  if (goingOn.has(state?.phase ?? run.status)) return say('training.waiting');
  return notComputed(say(lines.length === 0 ? 'training.noSteps' : 'training.noNumbers'));
}
const goingOn: ReadonlySet<TrainingState['phase']> = new Set([
  'queued',
  'starting',
  'running',
  'pausing',
  'paused',
]);

/** The state of the run: live if this window has it, otherwise from its files. */
export function phaseSays({ run, lines }: RunHistory, state: TrainingState | undefined): string {
  const step = state?.step ?? Math.max(run.lastStep, lines.at(-1)?.step ?? 0);
  const phase = state?.phase ?? run.status;
  return say('training.phase', {
    phase: say(`training.is.${phase}`),
    step: integer(step),
    of: integer(run.config.maxSteps),
  });
}

/** Time left at the current pace; a stop rule may end the run earlier. */
export function timeLeftSays({ run }: RunHistory, state: TrainingState | undefined): string {
  if (state?.msLeft === undefined) return '';
  return say(run.config.stop ? 'training.leftAtMost' : 'training.left', { time: duration(state.msLeft) });
}

/** Why the run ended. */
export function endSays({ run }: RunHistory, state: TrainingState | undefined): string {
  const end = goingOn.has(state?.phase ?? run.status) ? undefined : runEnd(run);
  if (!end) return '';
  if (end.kind === 'rule') {
    const values = { accuracy: percent(end.testAccuracy), times: integer(end.consecutive) };
    return say(end.consecutive === 1 ? 'training.end.ruleOnce' : 'training.end.rule', values);
  }
  return say(`training.end.${end.kind}`);
}

export function lossSays(history: RunHistory): string {
  const last = history.lines.findLast(({ loss }) => loss !== undefined);
  if (last?.loss === undefined) return '';
  return say(last.testLoss === undefined ? 'training.lossSaysTrain' : 'training.lossSays', {
    step: integer(last.step),
    loss: number(last.loss),
    test: number(last.testLoss ?? 0),
    chance: number(chanceLoss(history)),
  });
}

/** Accuracies of the worst task, with chance; the grok step and its delay after fitting the training pairs. */
export function accuracySays(history: RunHistory): string {
  const { run, lines } = history;
  const last = lines.at(-1);
  const [train, test] = [lowest(last?.trainAccuracy), lowest(last?.testAccuracy)];
  if (last === undefined || train === undefined || test === undefined) return '';
  const now = say('training.accuracySays', {
    step: integer(last.step),
    train: percent(train),
    test: percent(test),
    chance: percent(chanceAccuracy(history)),
  });
  const { grokStep } = run;
  if (grokStep === undefined) return now + say('training.noGrok');
  const fitted = lines.find(({ trainAccuracy }) => (lowest(trainAccuracy) ?? 0) >= 0.9)?.step;
  return now + say('training.groks', { step: integer(grokStep), fitted: integer(fitted ?? grokStep) });
}

/** The norm and its null: the norm that decay alone would leave. */
export function normSays({ run: { config }, lines }: RunHistory): string {
  const norms = lines.filter(({ parameterNorm }) => parameterNorm !== undefined);
  const last = norms.at(-1);
  if (last?.parameterNorm === undefined) return '';
  const values = norms.map(({ parameterNorm }) => parameterNorm!);
  const says = say('training.normSays', {
    from: number(values[0]!),
    most: number(extent(values).high),
    to: number(last.parameterNorm),
    step: integer(last.step),
  });
  if (config.weightDecay === 0 || config.decayedParameters !== 'all' || config.muon !== undefined)
    return says;
  const kept = keptByDecay(config, norms[0]!.step, last.step);
  return says + say('training.normDecay', { decayed: number(kept * values[0]!) });
}

export function paceSays({ run, lines }: RunHistory): string {
  const paces = lines.flatMap(({ stepsPerSecond }) => (stepsPerSecond === undefined ? [] : [stepsPerSecond]));
  if (paces.length === 0) return '';
  return say('training.paceSays', {
    median: number(median(paces)),
    tasks: list(run.data.tasks),
    batch: run.config.batch === 'full' ? say('training.fullBatch') : integer(run.config.batch),
  });
}

/** Who trains a run that this window does not, and the possible actions. */
export const trainerSays = ({ trainedOn }: TrainingState): string =>
  trainedOn === undefined
    ? say('training.alone')
    : say('training.elsewhere', { host: trainedOn === '' ? say('training.anotherHost') : trainedOn });
