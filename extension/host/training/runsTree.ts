import * as vscode from 'vscode';
import { phaseIcon, phaseName, progressLine, runLines } from './describeRun.js';
import type { Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';

const paceMs = 500;

/** The runs of this window, those that wait, those that go on alone, and those that can be resumed. */
export class RunsTree implements vscode.TreeDataProvider<TrainingRun>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly training: Training) {
    this.subscriptions = [
      this.changed,
      vscode.window.createTreeView('weightGeometry.runs', { treeDataProvider: this }),
      training.onChanged(() => {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.changed.fire(undefined);
        }, paceMs);
      }),
    ];
  }

  getChildren(run?: TrainingRun): TrainingRun[] {
    return run ? [] : [...this.training.runs];
  }

  getTreeItem(run: TrainingRun): vscode.TreeItem {
    const item = new vscode.TreeItem(run.name, vscode.TreeItemCollapsibleState.None);
    item.id = run.folder;
    item.description = `${phaseName(run.phase)} ${progressLine(run)}`;
    item.tooltip = runLines(run).join('\n');
    item.iconPath = new vscode.ThemeIcon(phaseIcon(run.phase));
    item.accessibilityInformation = { label: `${run.name}, ${item.description}` };
    item.contextValue = ['run', ...run.state.actions, ...(run.isActive ? [] : ['forget'])].join(' ');
    item.command = {
      command: 'weightGeometry.showTraining',
      title: vscode.l10n.t('Show Training'),
      arguments: [run],
    };
    return item;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
