import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Focus } from '../../contract/calls.js';
import { panelStateSchema } from '../../contract/panel.js';
import { InspectorView, type InspectorServices } from './inspectorView.js';

export const panelType = 'weightGeometry.inspector';
const editorTypes = { weights: 'weightGeometry.weights', maybeWeights: 'weightGeometry.maybeWeights' };

/** All that shows an inspection: panels, several at once, and the read-only editors of weight files. */
export class InspectorPanels implements vscode.Disposable {
  private readonly views = new Set<InspectorView>();
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(private readonly services: InspectorServices) {
    const editor: vscode.CustomReadonlyEditorProvider = {
      openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
      resolveCustomEditor: (document, panel) => {
        if (document.uri.scheme === 'file') this.adopt(panel, document.uri.fsPath);
        else panel.webview.html = onlyFilesOnDisk(document.uri.scheme);
      },
    };
    this.subscriptions.push(
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: (panel, state: unknown) => {
          const kept = v.safeParse(panelStateSchema, state);
          if (kept.success && kept.output.source !== undefined) this.adopt(panel, kept.output.source);
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
  open(source: string, page?: Focus): void {
    const shown = [...this.views].find(
      (view) => view.source === source && view.panel.viewType.endsWith(panelType),
    );
    if (shown) {
      shown.panel.reveal();
      if (page) shown.turnTo(page);
      return;
    }
    const view = this.adopt(
      vscode.window.createWebviewPanel(panelType, path.basename(source) || source, vscode.ViewColumn.Active, {
        enableScripts: true,
        enableFindWidget: true,
      }),
      source,
    );
    if (page) view.turnTo(page);
  }

  /** The view that the user looks at. */
  get active(): InspectorView | undefined {
    return [...this.views].find((view) => view.panel.active);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const view of this.views) view.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, source: string): InspectorView {
    const { extension } = this.services;
    if (panel.viewType.endsWith(panelType)) {
      panel.iconPath = {
        light: vscode.Uri.joinPath(extension, 'media', 'icon-light.svg'),
        dark: vscode.Uri.joinPath(extension, 'media', 'icon-dark.svg'),
      };
    }
    const view = new InspectorView(panel, source, this.services);
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

  /** The title bar's Cancel belongs to the view that is looked at. */
  private updateContext(): void {
    const running = this.active?.inspection.running ?? false;
    void vscode.commands.executeCommand('setContext', 'weightGeometry.inspectorRunning', running);
  }
}

const onlyFilesOnDisk = (scheme: string): string =>
  `<!DOCTYPE html><p>${vscode.l10n
    .t('Weight Geometry reads files on disk; this one is of the kind “{0}”.', scheme)
    .replace(/[<&]/g, '')}</p>`;
