import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import { toErrorValue } from '../../contract/errors.js';
import type { TrainingAction } from '../../contract/training.js';
import type { ErrorMessages } from '../errors.js';
import type { InspectorPanels } from '../inspector/inspectorPanels.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isTrusted } from '../trust.js';
import { phaseName, progressLine } from './describeRun.js';
import { noteRun, tagRun } from './runLabels.js';
import { showAsTask } from './runTasks.js';
import type { Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';
import { askForRun } from './trainWizard.js';

export interface TrainCommandServices {
  readonly context: vscode.ExtensionContext;
  readonly training: Training;
  readonly panels: InspectorPanels;
  readonly reader: Reader;
  readonly errors: ErrorMessages;
}

/** The target of a command: nothing, a run file, or a run of the tree. */
type Target = vscode.Uri | TrainingRun | undefined;

/** Commands of training by name. */
export const trainCommandTable = (services: TrainCommandServices) => ({
  [commandIds.train]: (target: Target) => train(services, target),
  [commandIds.pauseTraining]: (target: Target) => steer(services, 'pause', target),
  [commandIds.resumeTraining]: (target: Target) => steer(services, 'resume', target),
  [commandIds.stopTraining]: (target: Target) => steer(services, 'stop', target),
  [commandIds.showTraining]: (target: Target) => show(services, target),
  [commandIds.inspectRun]: (target: Target) => {
    const folder = folderOf(target);
    if (folder !== undefined) services.panels.open(folder, 'overview');
  },
  [commandIds.tagRun]: async (target: Target) => {
    const run = await runFor(services.training, target);
    if (run) await tagRun(services.training, run);
  },
  [commandIds.noteRun]: async (target: Target) => {
    const run = await runFor(services.training, target);
    if (run) await noteRun(services.training, run);
  },
  [commandIds.forgetRun]: (target: Target) => {
    const folder = folderOf(target);
    if (folder !== undefined) services.training.forget(folder);
  },
});

const folderOf = (target: Target): string | undefined =>
  target instanceof vscode.Uri ? target.fsPath : target?.folder;

async function train(
  { context, training, reader, errors }: TrainCommandServices,
  target: Target,
): Promise<void> {
  if (!(await isTrusted())) return;
  const runFile = target instanceof vscode.Uri ? target.fsPath : undefined;
  try {
    const asked = await askForRun(
      {
        reader,
        schemaFile: context.asAbsolutePath('media/wgrun.schema.json'),
        memento: context.workspaceState,
        isTaken: (place) => training.isTaken(place),
      },
      runFile,
    );
    if (!asked) return;
    const { config, provider, folder } = asked;
    training.start({ config, out: folder, provider, whenLeft: setting('training.onWindowClose') });
    if (training.isTaken(folder)) await showAsTask(training, folder);
  } catch (thrown) {
    void errors.show(toErrorValue(thrown));
  }
}

/**
 * The target run: the given one, else the active one, else the only one that allows the action, else the user's
 * choice.
 */
async function runFor(
  training: Training,
  target: Target,
  action?: TrainingAction,
): Promise<TrainingRun | undefined> {
  const folder = folderOf(target);
  if (folder !== undefined) return training.run(folder);
  const fitting = training.runs.filter(({ state }) => action === undefined || state.actions.includes(action));
  const active = fitting.filter(({ isActive }) => isActive);
  if (active.length === 1 || fitting.length <= 1) return active[0] ?? fitting[0];
  const chosen = await vscode.window.showQuickPick(
    fitting.map((run) => ({
      run,
      label: run.name,
      description: `${phaseName(run.phase)} ${progressLine(run)}`,
      detail: run.folder,
    })),
    { placeHolder: vscode.l10n.t('Which run?') },
  );
  return chosen?.run;
}

async function steer(
  { training }: TrainCommandServices,
  action: TrainingAction,
  target: Target,
): Promise<void> {
  const run = await runFor(training, target, action);
  if (run) training.steer(run.folder, action);
  else void vscode.window.showInformationMessage(nothingTo[action]());
}

const nothingTo: Readonly<Record<TrainingAction, () => string>> = {
  pause: () => vscode.l10n.t('No run is training that could be paused.'),
  resume: () => vscode.l10n.t('No run is paused or stopped.'),
  stop: () => vscode.l10n.t('No run is training.'),
};

async function show({ training, panels }: TrainCommandServices, target: Target): Promise<void> {
  const run = await runFor(training, target);
  if (run?.file) panels.open(run.folder, 'training');
  else if (run) void vscode.window.showInformationMessage(`${run.name}: ${phaseName(run.phase)}`);
  else void vscode.window.showInformationMessage(vscode.l10n.t('There are no runs to show.'));
}
