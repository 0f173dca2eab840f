import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Focus } from '../../contract/calls.js';
import type { ErrorValue } from '../../contract/errors.js';
import { panelStateSchema } from '../../contract/panel.js';
import { HiddenInspections, hiddenAmong } from './hiddenInspections.js';
import { InspectorView, type InspectorServices } from './inspectorView.js';
import { waitsBecause } from './largeFiles.js';

export const panelType = 'weightGeometry.inspector';
const editorTypes = { weights: 'weightGeometry.weights', maybeWeights: 'weightGeometry.maybeWeights' };

/** All that shows an inspection: panels, several at once, and the read-only editors of weight files. */
export class InspectorPanels implements vscode.Disposable {
  private readonly views = new Set<InspectorView>();
  private readonly hidden = new HiddenInspections();
  private readonly subscriptions: { dispose(): unknown }[] = [this.hidden];

  constructor(private readonly services: InspectorServices) {
    const editor: vscode.CustomReadonlyEditorProvider = {
      openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
      resolveCustomEditor: (document, panel) => {
        // A click in the explorer opens an editor: it is not yet the wish to read a very large file.
        const { scheme, fsPath } = document.uri;
        if (scheme === 'file') this.adopt(panel, fsPath, waitsBecause(fsPath));
        else panel.webview.html = onlyFilesOnDisk(document.uri.scheme);
      },
    };
    this.subscriptions.push(
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: (panel, state: unknown) => {
          const kept = v.safeParse(panelStateSchema, state);
          const { source, base } = kept.success ? kept.output : {};
          if (source !== undefined) this.adopt(panel, source, undefined, base);
          else panel.dispose();
          return Promise.resolve();
        },
      }),
      ...Object.values(editorTypes).map((type) =>
        vscode.window.registerCustomEditorProvider(type, editor, {
          supportsMultipleEditorsPerDocument: true,
        }),
      ),
    );
  }

  /** Shows the panel of a source: the one there is, else a new one. It is there before anything has been read. */
  open(source: string, page?: Focus, base?: string): void {
    const shown = [...this.views].find(
      (view) => view.source === source && view.base === base && view.panel.viewType.endsWith(panelType),
    );
    if (shown) {
      shown.panel.reveal();
      if (page) shown.turnTo(page);
      return;
    }
    const view = this.adopt(
      vscode.window.createWebviewPanel(panelType, titleOf(source, base), vscode.ViewColumn.Active, {
        enableScripts: true,
        enableFindWidget: true,
      }),
      source,
      undefined,
      base,
      page,
    );
    if (page) view.turnTo(page);
  }

  /** Cancels the inspection that is looked at, else lets the user choose of those at work. */
  async cancel(): Promise<void> {
    const chosen = this.active?.inspection.running ? this.active : await this.chooseRunning();
    chosen?.inspection.cancel();
  }

  /** Shows an inspection that works unseen. */
  async showRunning(): Promise<void> {
    const [first, ...more] = hiddenAmong([...this.views]);
    const chosen = more.length === 0 ? first : await this.chooseRunning();
    chosen?.panel.reveal();
  }

  private async chooseRunning(): Promise<InspectorView | undefined> {
    const running = [...this.views].filter(({ inspection }) => inspection.running);
    if (running.length <= 1) return running[0];
    const chosen = await vscode.window.showQuickPick(
      running.map((view) => ({ view, label: path.basename(view.source), detail: view.source })),
      { placeHolder: vscode.l10n.t('Which inspection?') },
    );
    return chosen?.view;
  }

  /** The view that the user looks at. */
  get active(): InspectorView | undefined {
    return [...this.views].find((view) => view.panel.active);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const view of this.views) view.dispose();
  }

  private adopt(
    panel: vscode.WebviewPanel,
    source: string,
    waits?: ErrorValue,
    base?: string,
    page?: Focus,
  ): InspectorView {
    const { extension } = this.services;
    if (panel.viewType.endsWith(panelType)) {
      panel.iconPath = {
        light: vscode.Uri.joinPath(extension, 'media', 'icon-light.svg'),
        dark: vscode.Uri.joinPath(extension, 'media', 'icon-dark.svg'),
      };
    }
    const view = new InspectorView(panel, source, this.services, waits, base, page);
    this.views.add(view);
    const running = view.inspection.onRunningChanged(() => this.updateContext());
    panel.onDidChangeViewState(() => this.updateContext());
    panel.onDidDispose(() => {
      running.dispose();
      this.views.delete(view);
      this.updateContext();
    });
    this.updateContext();
    return view;
  }

  /** The title bar's Cancel and Inspect Again belong to the view that is looked at, the palette's Cancel to all. */
  private updateContext(): void {
    const views = [...this.views];
    const contexts = {
      'weightGeometry.inspectorRunning': this.active?.inspection.running ?? false,
      'weightGeometry.anyInspectionRunning': views.some(({ inspection }) => inspection.running),
    };
    for (const [name, value] of Object.entries(contexts)) {
      void vscode.commands.executeCommand('setContext', name, value);
    }
    this.hidden.update(views);
  }
}

const nameOf = (file: string): string => path.basename(file) || file;

/** As VS Code names the comparison of two files. */
const titleOf = (source: string, base: string | undefined): string =>
  base === undefined ? nameOf(source) : `${nameOf(base)} ↔ ${nameOf(source)}`;

const onlyFilesOnDisk = (scheme: string): string =>
  `<!DOCTYPE html><p>${vscode.l10n
    .t('Weight Geometry reads files on disk; this one is of the kind “{0}”.', scheme)
    .replace(/[<&]/g, '')}</p>`;
