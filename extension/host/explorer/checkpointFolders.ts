import fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { contextKeys } from '../contributions.js';
import { count } from '../describe.js';
import {
  foreignFoldersGlob,
  isForeign,
  isWeightFile,
  mayHoldWeights,
  weightFilesGlob,
} from '../weightFiles.js';
import { WeightFolders } from './weightFolders.js';

/** Limit of the search for weight files; the view tells when it is reached. */
const mostFiles = 5000;
/** Levels from a run's checkpoints up to a folder of runs: runs/name/checkpoints/step. */
const levelsAbove = 3;
const settleMs = 400;
/** More changes than this at once start a new search of the workspace. */
const mostNewPlaces = 2000;
const mostNewFolders = 20;

export interface FoldersChange {
  /** The weight files that were added, removed or changed; undefined: any may have. */
  readonly files: readonly vscode.Uri[] | undefined;
}

/**
 * The workspace folders that hold weight files, directly or a few levels below, found by name alone. The
 * explorer's menus are shown on them. The workspace is searched once; file events then update the result.
 */
export class CheckpointFolders implements vscode.Disposable {
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly changed = new vscode.EventEmitter<FoldersChange>();
  private readonly known = new WeightFolders();
  private readonly touched = new Map<string, vscode.Uri>();
  private readonly newPlaces = new Set<string>();
  private near: ReadonlySet<string> = new Set();
  private looking:
    { readonly done: Promise<void>; readonly cancel: vscode.CancellationTokenSource } | undefined;
  private pending: NodeJS.Timeout | undefined;
  /** Changes during the search, which may have missed them. */
  private readonly came = new Set<string>();
  private problem: string | undefined;
  readonly onChanged = this.changed.event;

  constructor() {
    // Moving or deleting a folder reports only the folder, not its files. So everything is watched.
    const watcher = vscode.workspace.createFileSystemWatcher('**');
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate((uri) => this.created(uri)),
      watcher.onDidChange((uri) => this.modified(uri)),
      watcher.onDidDelete((uri) => this.deleted(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.lookAgain()),
      this.changed,
    );
  }

  /** Whether weight files are in the folder or a few levels below. */
  has(folder: string): boolean {
    return this.near.has(folder);
  }

  /** Whether weight files are directly in the folder. */
  holds(folder: string): boolean {
    return this.known.has(folder);
  }

  /**
   * The folders that hold weight files directly: those of one workspace folder, without those of workspace
   * folders nested in it.
   */
  of(root: vscode.WorkspaceFolder): readonly string[] {
    return this.known.folders.filter((folder) => rootOf(folder)?.uri.toString() === root.uri.toString());
  }

  /** Why weight files of the workspace may be missing; undefined if none are. */
  get missing(): string | undefined {
    return this.problem;
  }

  /** Searches the workspace, unless that was done before. */
  look(): Promise<void> {
    return this.looking?.done ?? this.lookAgain();
  }

  lookAgain(): Promise<void> {
    this.looking?.cancel.cancel();
    const cancel = new vscode.CancellationTokenSource();
    this.looking = { done: this.search(cancel.token), cancel };
    return this.looking.done;
  }

  dispose(): void {
    clearTimeout(this.pending);
    this.looking?.cancel.cancel();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async search(token: vscode.CancellationToken): Promise<void> {
    this.came.clear();
    try {
      const files = await vscode.workspace.findFiles(weightFilesGlob, foreignFoldersGlob, mostFiles, token);
      if (token.isCancellationRequested) {
        // Callers waiting for this search get the result of the newer one.
        if (this.looking?.cancel.token !== token) await this.looking?.done;
        return;
      }
      // A glob says less of a name than a pattern does.
      this.known.replace([...files.map((file) => file.fsPath).filter(isWeightFile), ...this.came]);
      this.problem =
        files.length < mostFiles
          ? undefined
          : vscode.l10n.t(
              'Only {0} weight files of this workspace were looked at; there are more.',
              count(mostFiles),
            );
    } catch (thrown) {
      this.problem = vscode.l10n.t(
        'The workspace could not be searched for weight files: {0}',
        thrown instanceof Error ? thrown.message : String(thrown),
      );
    }
    await this.publish(undefined);
  }

  private add(file: string): void {
    this.known.add(file);
    this.came.add(file);
  }

  private created(uri: vscode.Uri): void {
    if (isElsewhere(uri)) return;
    if (mayHoldWeights(uri.fsPath)) {
      if (isWeightFile(uri.fsPath)) this.add(uri.fsPath);
      this.touched.set(uri.fsPath, uri);
    } else this.newPlaces.add(uri.fsPath);
    this.soon();
  }

  private modified(uri: vscode.Uri): void {
    if (!mayHoldWeights(uri.fsPath) || isElsewhere(uri)) return;
    this.touched.set(uri.fsPath, uri);
    this.soon();
  }

  private deleted(uri: vscode.Uri): void {
    this.newPlaces.delete(uri.fsPath);
    this.came.delete(uri.fsPath);
    if (!this.known.remove(uri.fsPath)) return;
    this.touched.set(uri.fsPath, uri);
    this.soon();
  }

  private soon(): void {
    this.pending ??= setTimeout(() => {
      this.pending = undefined;
      void this.settle();
    }, settleMs);
  }

  private async settle(): Promise<void> {
    const [touched, places] = [[...this.touched.values()], [...this.newPlaces]];
    this.touched.clear();
    this.newPlaces.clear();
    const folders = places.length > mostNewPlaces ? undefined : await foldersAmong(places);
    if (!folders || folders.length > mostNewFolders) return this.lookAgain();
    for (const folder of folders) {
      const within = new vscode.RelativePattern(vscode.Uri.file(folder), weightFilesGlob);
      const files = await vscode.workspace.findFiles(within, foreignFoldersGlob, mostFiles);
      const found = files.filter(({ fsPath }) => isWeightFile(fsPath));
      for (const file of found) this.add(file.fsPath);
      touched.push(...found);
    }
    if (touched.length > 0) await this.publish(touched);
  }

  private async publish(files: readonly vscode.Uri[] | undefined): Promise<void> {
    const near = this.known.withParents(levelsAbove, (folder) => rootOf(folder)?.uri.fsPath);
    const isSame = near.length === this.near.size && near.every((folder) => this.near.has(folder));
    this.near = new Set(near);
    if (!isSame) {
      await vscode.commands.executeCommand('setContext', contextKeys.checkpointFolders, near);
    }
    this.changed.fire({ files });
  }
}

const rootOf = (folder: string): vscode.WorkspaceFolder | undefined =>
  vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));

/** Not a file on disk of the workspace, or one of other people's. */
const isElsewhere = (uri: vscode.Uri): boolean => {
  const root = uri.scheme === 'file' ? vscode.workspace.getWorkspaceFolder(uri) : undefined;
  return root === undefined || isForeign(path.relative(root.uri.fsPath, uri.fsPath));
};

/** The folders among new places. A search of a new folder finds its content. */
async function foldersAmong(places: readonly string[]): Promise<string[]> {
  const all = new Set(places);
  const outermost = places.filter((place) => !all.has(path.dirname(place)));
  const stats = await Promise.all(outermost.map((place) => fs.stat(place).catch(() => undefined)));
  return outermost.filter((_, i) => stats[i]?.isDirectory());
}
