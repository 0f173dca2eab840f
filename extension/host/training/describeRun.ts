import * as vscode from 'vscode';
import type { Metrics, RunFile } from '../../contract/run.js';
import { runEnd, type RunEnd } from '../../contract/runEnd.js';
import { durationText } from '../../contract/timeLeft.js';
import { integerText, numberText, percentText } from '../../contract/numberText.js';
import type { TrainingPhase } from '../../contract/training.js';
import type { TrainingRun } from './trainingRun.js';

const integer = (value: number): string => integerText(value, vscode.env.language);
const percent = (value: number): string => percentText(value, vscode.env.language);
const significant = (value: number): string => numberText(value, vscode.env.language);

/** The accuracy of the worst task: a run groks when its last task does. */
export const lowest = (accuracy: Metrics['testAccuracy']): number | undefined => {
  const values = Object.values(accuracy ?? {});
  return values.length === 0 ? undefined : Math.min(...values);
};

const phaseNames: Readonly<Record<TrainingPhase, () => string>> = {
  queued: () => vscode.l10n.t('waiting for its turn'),
  starting: () => vscode.l10n.t('starting'),
  running: () => vscode.l10n.t('running'),
  pausing: () => vscode.l10n.t('pausing'),
  paused: () => vscode.l10n.t('paused'),
  stopping: () => vscode.l10n.t('stopping'),
  stopped: () => vscode.l10n.t('stopped'),
  finished: () => vscode.l10n.t('finished'),
  failed: () => vscode.l10n.t('failed'),
};

export const phaseName = (phase: TrainingPhase): string => phaseNames[phase]();

const phaseIcons: Readonly<Record<TrainingPhase, string>> = {
  queued: 'clock',
  starting: 'loading~spin',
  running: 'loading~spin',
  pausing: 'debug-pause',
  paused: 'debug-pause',
  stopping: 'loading~spin',
  stopped: 'debug-stop',
  finished: 'check',
  failed: 'error',
};

/** The codicon of a phase. */
export const phaseIcon = (phase: TrainingPhase): string => phaseIcons[phase];

/** Step, test accuracy and pace, as far as known. */
export function progressLine(run: TrainingRun): string {
  const accuracy = lowest(run.last?.testAccuracy);
  const pace = run.phase === 'running' ? run.last?.stepsPerSecond : undefined;
  return [
    `${integer(run.step)}/${integer(run.maxSteps)}`,
    ...(accuracy === undefined ? [] : [vscode.l10n.t('test {0}', percent(accuracy))]),
    ...(pace === undefined ? [] : [vscode.l10n.t('{0} steps/s', significant(pace))]),
    ...timeLeft(run),
  ].join(' · ');
}

/** Time left at the current pace; a stop rule may end the run earlier. */
export const timeLeft = ({ msLeft }: TrainingRun): string[] =>
  msLeft === undefined ? [] : [vscode.l10n.t('{0} left', durationText(msLeft, vscode.env.language))];

const ends: { readonly [K in RunEnd['kind']]: (end: RunEnd & { kind: K }) => string } = {
  rule: ({ testAccuracy, consecutive }) =>
    consecutive === 1
      ? vscode.l10n.t('ended: test accuracy ≥ {0}', percent(testAccuracy))
      : vscode.l10n.t(
          'ended: test accuracy ≥ {0} at {1} evaluations in a row',
          percent(testAccuracy),
          consecutive,
        ),
  'last-step': ({ steps }) => vscode.l10n.t('ended: its last step, {0}', integer(steps)),
  stopped: () => vscode.l10n.t('ended: stopped before its last step'),
  failed: () => vscode.l10n.t('ended: an error'),
};

/** Why a run ended. */
export function endLine(file: RunFile | undefined): string[] {
  const end = file && runEnd(file);
  if (!end) return [];
  const say = ends[end.kind] as (end: RunEnd) => string;
  return [say(end)];
}

/** The provider of a run, and why better ones were skipped. */
export const providerLine = ({ name, device, passedOver }: RunFile['provider']): string =>
  [
    vscode.l10n.t('trains on {0}', device === undefined ? name : `${name} (${device})`),
    ...passedOver.map((other) => `${other.name}: ${other.reason}`),
  ].join('; ');

/** Who trains a run that this window does not. */
const trainerOf = ({ alone, trainedOn, isActive }: TrainingRun): string => {
  if (!alone || !isActive) return '';
  if (trainedOn === undefined) return ` (${vscode.l10n.t('started by another window')})`;
  return ` (${trainedOn === '' ? vscode.l10n.t('trained on another host') : vscode.l10n.t('trained on {0}', trainedOn)})`;
};

/** All lines, for tooltips. */
export const runLines = (run: TrainingRun): string[] => [
  `${run.name} · ${phaseName(run.phase)}${trainerOf(run)}`,
  vscode.l10n.t('Step {0} of {1}', integer(run.step), integer(run.maxSteps)),
  ...timeLeft(run),
  ...(run.isActive ? [] : endLine(run.file)),
  ...(run.last?.loss === undefined ? [] : [vscode.l10n.t('Training loss {0}', significant(run.last.loss))]),
  ...(run.last ? accuracyLines(run.last, run.file) : []),
  ...(run.file?.grokStep === undefined
    ? []
    : [vscode.l10n.t('Groks at step {0}', integer(run.file.grokStep))]),
  ...(run.file ? [providerLine(run.file.provider)] : []),
  ...(run.labels.note === undefined ? [] : [run.labels.note]),
  run.folder,
];

const accuracyLines = ({ trainAccuracy, testAccuracy }: Metrics, file: RunFile | undefined): string[] => {
  const [train, test] = [lowest(trainAccuracy), lowest(testAccuracy)];
  if (train === undefined || test === undefined) return [];
  const shown = [percent(train), percent(test)] as const;
  return file === undefined
    ? [vscode.l10n.t('Accuracy {0} on training pairs, {1} on test pairs', ...shown)]
    : [
        vscode.l10n.t(
          'Accuracy {0} on training pairs, {1} on test pairs; guessing gets {2}',
          ...shown,
          percent(1 / file.model.prime),
        ),
      ];
};

export const stepNumber = integer;
