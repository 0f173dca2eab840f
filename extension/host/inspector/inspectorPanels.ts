import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { contextKeys, editorIds, panelId } from '../contributions.js';
import type { Focus } from '../../contract/calls.js';
import { panelStateSchema } from '../../contract/panel.js';
import { HiddenInspections, hiddenAmong, type ShownView } from './hiddenInspections.js';
import { InspectorView, type ViewSubject } from './inspectorView.js';
import { waitsBecause } from './largeFiles.js';
import { pageFolder, pageHtml } from './pageHtml.js';
import { viewSurroundings, type InspectorServices } from './viewSurroundings.js';

/** All views of inspections: panels, and the read-only editors of weight files. */
export class InspectorPanels implements vscode.Disposable {
  private readonly views = new Set<ShownView>();
  private readonly hidden = new HiddenInspections();
  private readonly subscriptions: { dispose(): unknown }[] = [this.hidden];

  constructor(private readonly services: InspectorServices) {
    const editor: vscode.CustomReadonlyEditorProvider = {
      openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
      resolveCustomEditor: (document, panel) => {
        // A click in the explorer opens an editor: that is not yet a request to read a very large file.
        const { scheme, fsPath } = document.uri;
        if (scheme === 'file') this.adopt(panel, { source: fsPath, ...because(waitsBecause(fsPath)) });
        else panel.webview.html = onlyFilesOnDisk(document.uri.scheme);
      },
    };
    this.subscriptions.push(
      vscode.window.registerWebviewPanelSerializer(panelId, {
        deserializeWebviewPanel: (panel, state: unknown) => {
          const kept = v.safeParse(panelStateSchema, state);
          const { source, base } = kept.success ? kept.output : {};
          if (source !== undefined) this.adopt(panel, { source, ...(base === undefined ? {} : { base }) });
          else panel.dispose();
          return Promise.resolve();
        },
      }),
      ...Object.values(editorIds).map((type) =>
        vscode.window.registerCustomEditorProvider(type, editor, {
          supportsMultipleEditorsPerDocument: true,
        }),
      ),
    );
  }

  /** Shows the panel of a source: the existing one, or a new one. It appears before anything has been read. */
  open(source: string, page?: Focus, base?: string): InspectorView {
    return this.place(source, page, base, false);
  }

  /** As `open`, of what begins some time after it was asked for: the keys stay where the user types by then. */
  openBehind(source: string, page: Focus): InspectorView {
    return this.place(source, page, undefined, true);
  }

  private place(
    source: string,
    page: Focus | undefined,
    base: string | undefined,
    preserveFocus: boolean,
  ): InspectorView {
    const shown = [...this.views].find(
      ({ view, panel }) => view.source === source && view.base === base && panel.viewType.endsWith(panelId),
    );
    if (shown) {
      shown.panel.reveal(undefined, preserveFocus);
      if (page) shown.view.turnTo(page);
      return shown.view;
    }
    const { view } = this.adopt(
      vscode.window.createWebviewPanel(
        panelId,
        titleOf(source, base),
        { viewColumn: vscode.ViewColumn.Active, preserveFocus },
        { enableScripts: true, enableFindWidget: true },
      ),
      { source, ...(base === undefined ? {} : { base }), ...(page === undefined ? {} : { page }) },
    );
    if (page) view.turnTo(page);
    return view;
  }

  /** Cancels the visible inspection. Without one, lets the user choose among those that run. */
  async cancel(): Promise<void> {
    const active = this.shown;
    const chosen = active?.view.inspection.running ? active : await this.chooseRunning();
    chosen?.view.inspection.cancel();
  }

  /** Shows a hidden inspection. */
  async showRunning(): Promise<void> {
    const [first, ...more] = hiddenAmong([...this.views]);
    const chosen = more.length === 0 ? first : await this.chooseRunning();
    chosen?.panel.reveal();
  }

  private async chooseRunning(): Promise<ShownView | undefined> {
    const running = [...this.views].filter(({ view }) => view.inspection.running);
    if (running.length <= 1) return running[0];
    const chosen = await vscode.window.showQuickPick(
      running.map((shown) => ({
        shown,
        label: path.basename(shown.view.source),
        detail: shown.view.source,
      })),
      { placeHolder: vscode.l10n.t('Which inspection?') },
    );
    return chosen?.shown;
  }

  /** The active view. */
  get active(): InspectorView | undefined {
    return this.shown?.view;
  }

  private get shown(): ShownView | undefined {
    return [...this.views].find(({ panel }) => panel.active);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const { view } of this.views) view.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, subject: ViewSubject): ShownView {
    const { extension } = this.services;
    if (panel.viewType.endsWith(panelId)) {
      panel.iconPath = {
        light: vscode.Uri.joinPath(extension, 'media', 'icon-light.svg'),
        dark: vscode.Uri.joinPath(extension, 'media', 'icon-dark.svg'),
      };
    }
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [pageFolder(extension)] };
    const channel = {
      post: (message: unknown) => void webview.postMessage(message),
      onMessage: webview.onDidReceiveMessage,
    };
    const view = new InspectorView(subject, channel, viewSurroundings(this.services));
    // The page speaks first, so the view listens before the page exists.
    webview.html = pageHtml(webview, extension);
    const shown = { view, panel };
    this.views.add(shown);
    const running = view.inspection.onRunningChanged(() => this.updateContext());
    panel.onDidChangeViewState(() => this.updateContext());
    panel.onDidDispose(() => {
      view.dispose();
      running.dispose();
      this.views.delete(shown);
      this.updateContext();
    });
    this.updateContext();
    return shown;
  }

  /** The title bar's Cancel and Inspect Again apply to the active view, the palette's Cancel to all. */
  private updateContext(): void {
    const views = [...this.views];
    const contexts = {
      [contextKeys.inspectorRunning]: this.active?.inspection.running ?? false,
      [contextKeys.anyInspectionRunning]: views.some(({ view }) => view.inspection.running),
    };
    for (const [name, value] of Object.entries(contexts)) {
      void vscode.commands.executeCommand('setContext', name, value);
    }
    this.hidden.update(views);
  }
}

const because = (reason: ViewSubject['waitsBecause']): Pick<ViewSubject, 'waitsBecause'> =>
  reason === undefined ? {} : { waitsBecause: reason };

const nameOf = (file: string): string => path.basename(file) || file;

/** Titled like VS Code's comparison of two files. */
const titleOf = (source: string, base: string | undefined): string =>
  base === undefined ? nameOf(source) : `${nameOf(base)} ↔ ${nameOf(source)}`;

const onlyFilesOnDisk = (scheme: string): string =>
  `<!DOCTYPE html><p>${vscode.l10n
    .t('Weight Geometry reads files on disk; this one is of the kind “{0}”.', scheme)
    .replace(/[<&]/g, '')}</p>`;
