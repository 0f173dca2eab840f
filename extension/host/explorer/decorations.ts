import path from 'node:path';
import * as vscode from 'vscode';
import { plainSummary, seriesSummary } from '../describe.js';
import type { Reader } from '../processes/reader.js';
import { affects, setting } from '../settings.js';
import { mayHoldWeights } from '../weightFiles.js';
import type { CheckpointFolders } from './checkpointFolders.js';

const rowsInTooltip = 8;
/** The explorer shows at most two capital letters. */
const badge = 'W';
/** A run or an inspection changes many files in a row: decorations are updated in batches. */
const paceMs = 250;

/**
 * Tooltip and badge of weight files in the explorer, and the tooltip of folders that hold them. The explorer
 * asks when it draws a row. The reader answers from the header and the cache; nothing is computed.
 */
export class WeightFileDecorations implements vscode.FileDecorationProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri[] | undefined>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  /** Files whose rows must be redrawn; undefined: all. */
  private stale: Map<string, vscode.Uri> | undefined = new Map();
  private pending: NodeJS.Timeout | undefined;
  readonly onDidChangeFileDecorations = this.changed.event;

  constructor(
    private readonly reader: Reader,
    private readonly folders: CheckpointFolders,
  ) {
    this.subscriptions = [
      vscode.window.registerFileDecorationProvider(this),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (affects(event, 'explorer.badge') || affects(event, 'explorer.tooltip')) this.refresh();
      }),
      folders.onChanged(({ files }) => this.refresh(files?.flatMap(withFolder))),
      this.changed,
    ];
  }

  /** Asks the explorer to redraw rows: more is known of these files, or of any. */
  refresh(files?: readonly vscode.Uri[]): void {
    if (!files) this.stale = undefined;
    else for (const file of files) this.stale?.set(file.toString(), file);
    this.pending ??= setTimeout(() => {
      const { stale } = this;
      this.pending = undefined;
      this.stale = new Map();
      this.changed.fire(stale && [...stale.values()]);
    }, paceMs);
  }

  async provideFileDecoration(
    uri: vscode.Uri,
    token: vscode.CancellationToken,
  ): Promise<vscode.FileDecoration | undefined> {
    if (uri.scheme !== 'file') return undefined;
    if (this.folders.holds(uri.fsPath)) return this.ofFolder(uri.fsPath, token);
    if (!mayHoldWeights(uri.fsPath)) return undefined;
    const [withBadge, withTooltip] = [setting('explorer.badge'), setting('explorer.tooltip')];
    if (!withBadge && !withTooltip) return undefined;
    const described = await this.reader.describe(uri.fsPath);
    // A file that is no checkpoint (an unrelated .bin) gets no decoration.
    if (!described.ok || token.isCancellationRequested) return undefined;
    return new vscode.FileDecoration(
      withBadge ? badge : undefined,
      withTooltip ? plainSummary(described.value, rowsInTooltip) : undefined,
    );
  }

  /** No badge: a folder of runs would be full of them. */
  private async ofFolder(
    folder: string,
    token: vscode.CancellationToken,
  ): Promise<vscode.FileDecoration | undefined> {
    if (!setting('explorer.tooltip')) return undefined;
    const found = await this.reader.discover(folder);
    if (!found.ok || found.value.length === 0 || token.isCancellationRequested) return undefined;
    return new vscode.FileDecoration(undefined, seriesSummary(found.value, rowsInTooltip));
  }

  dispose(): void {
    clearTimeout(this.pending);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

/** A change in a folder changes the folder's tooltip. */
const withFolder = (file: vscode.Uri): vscode.Uri[] => [file, vscode.Uri.file(path.dirname(file.fsPath))];
