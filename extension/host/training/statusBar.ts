import * as vscode from 'vscode';
import { commandIds, contextKeys, statusIds } from '../contributions.js';
import type { Disposable } from '../events.js';
import { phaseIcon, phaseName, progressLine, runLines } from './describeRun.js';
import type { Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';

/** Minimum interval between updates; steps come many times a second. */
const paceMs = 250;

/** One item while a run is active: step, accuracy, pace. A click shows the run. */
export class TrainingStatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    statusIds.training,
    vscode.StatusBarAlignment.Right,
    90,
  );
  private readonly listener: Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly training: Training) {
    this.item.name = vscode.l10n.t('Weight Geometry: Training');
    this.item.command = commandIds.showTraining;
    this.listener = training.onChanged(() => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.show();
      }, paceMs);
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listener.dispose();
    this.item.dispose();
  }

  private show(): void {
    const run = this.training.shown;
    const waiting = this.training.runs.filter(({ phase }) => phase === 'queued').length;
    void setContexts(run?.state.actions ?? [], this.training.runs);
    if (!run) {
      this.item.hide();
      return;
    }
    const words = run.phase === 'running' ? '' : ` ${phaseName(run.phase)}`;
    this.item.text = `$(${phaseIcon(run.phase)}) ${run.name}${words} ${progressLine(run)}`;
    this.item.accessibilityInformation = {
      label: `${run.name} ${phaseName(run.phase)} ${progressLine(run)}`,
    };
    // Plain text: names are shown literally.
    this.item.tooltip = [
      ...runLines(run),
      ...(waiting === 0 ? [] : [vscode.l10n.t('Runs waiting: {0}', waiting)]),
    ].join('\n');
    this.item.show();
  }
}

/** What the palette and the view offer. */
async function setContexts(actions: readonly string[], runs: readonly TrainingRun[]): Promise<void> {
  const contexts = {
    [contextKeys.canPauseTraining]: actions.includes('pause'),
    [contextKeys.canResumeTraining]: runs.some(({ state }) => state.actions.includes('resume')),
    [contextKeys.canStopTraining]: actions.includes('stop'),
    [contextKeys.hasRuns]: runs.length > 0,
  };
  for (const [name, value] of Object.entries(contexts)) {
    await vscode.commands.executeCommand('setContext', name, value);
  }
}
