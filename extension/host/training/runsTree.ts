import * as vscode from 'vscode';
import { commandIds, viewIds } from '../contributions.js';
import { phaseIcon, phaseName, progressLine, runLines } from './describeRun.js';
import type { Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';

const paceMs = 500;

/** The runs of this window, waiting runs, runs that continue alone, and ended runs, subject to the filter. */
export class RunsTree implements vscode.TreeDataProvider<TrainingRun>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changed.event;

  private readonly view: vscode.TreeView<TrainingRun>;
  private filter = '';

  constructor(private readonly training: Training) {
    this.view = vscode.window.createTreeView(viewIds.runs, { treeDataProvider: this });
    this.subscriptions = [
      this.changed,
      this.view,
      vscode.commands.registerCommand(commandIds.filterRuns, () => this.askForFilter()),
      training.onChanged(() => {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.changed.fire(undefined);
        }, paceMs);
      }),
    ];
  }

  getChildren(run?: TrainingRun): TrainingRun[] {
    return run ? [] : this.training.runs.filter((one) => isFound(one, this.filter));
  }

  private async askForFilter(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter Training Runs'),
      prompt: vscode.l10n.t('Text in the name, the tags, the note or the state; empty shows all.'),
      value: this.filter,
    });
    if (text === undefined) return;
    this.filter = text.trim();
    this.view.description = this.filter === '' ? '' : vscode.l10n.t('only “{0}”', this.filter);
    this.changed.fire(undefined);
  }

  getTreeItem(run: TrainingRun): vscode.TreeItem {
    const item = new vscode.TreeItem(run.name, vscode.TreeItemCollapsibleState.None);
    item.id = run.folder;
    const tags = (run.labels.tags ?? []).map((tag) => `#${tag}`);
    item.description = [`${phaseName(run.phase)} ${progressLine(run)}`, ...tags].join(' · ');
    item.tooltip = runLines(run).join('\n');
    item.iconPath = new vscode.ThemeIcon(phaseIcon(run.phase));
    item.accessibilityInformation = { label: `${run.name}, ${item.description}` };
    item.contextValue = ['run', ...run.state.actions, ...(run.isActive ? [] : ['forget'])].join(' ');
    item.command = {
      command: commandIds.showTraining,
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

/** Whether every word of a filter occurs in a run's texts. */
export function isFound(run: TrainingRun, filter: string): boolean {
  const { tags = [], note = '' } = run.labels;
  const text = [run.name, run.folder, phaseName(run.phase), note, ...tags.map((tag) => `#${tag}`)]
    .join(' ')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
