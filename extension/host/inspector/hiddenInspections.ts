import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds, statusIds } from '../contributions.js';
import type { InspectorView } from './inspectorView.js';

/** A view, and the panel or editor that shows it. */
export interface ShownView {
  readonly view: InspectorView;
  readonly panel: vscode.WebviewPanel;
}

/** Work behind another tab is shown as one status bar item, which leads to the view and its Cancel. */
export class HiddenInspections implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    statusIds.inspections,
    vscode.StatusBarAlignment.Right,
    89,
  );

  constructor() {
    this.item.name = vscode.l10n.t('Weight Geometry: Inspections');
    this.item.command = commandIds.showRunningInspection;
  }

  /**
   * Shows the hidden inspections. Views of one source share an inspection: it is hidden only if all its views
   * are.
   */
  update(views: readonly ShownView[]): void {
    const hidden = hiddenAmong(views);
    if (hidden.length === 0) {
      this.item.hide();
      return;
    }
    const names = hidden.map(({ view }) => path.basename(view.source));
    this.item.text = `$(loading~spin) ${names.length === 1 ? names[0]! : vscode.l10n.t('{0} inspections', names.length)}`;
    this.item.tooltip = vscode.l10n.t('Inspecting {0}. Click to show it and to cancel it.', names.join(', '));
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** Views of running inspections whose source has no visible view. */
export const hiddenAmong = (views: readonly ShownView[]): ShownView[] => {
  const seen = new Set(views.filter(({ panel }) => panel.visible).map(({ view }) => view.source));
  const first = new Map<string, ShownView>();
  for (const shown of views) {
    const { inspection, source } = shown.view;
    if (inspection.running && !seen.has(source) && !first.has(source)) first.set(source, shown);
  }
  return [...first.values()];
};
