import path from 'node:path';
import * as vscode from 'vscode';
import { foreignFoldersGlob, weightFilesGlob } from '../weightFiles.js';

/** More weight files than this are not looked for: the menus of the rest appear once a folder was inspected by name. */
const mostFiles = 5000;
/** A folder of runs is this far above its checkpoints: runs/name/checkpoints/step. */
const levelsAbove = 3;
const settleMs = 400;

/**
 * The folders of the workspace that hold weight files, at or a few levels under them, found by name alone. The menus of
 * the explorer are shown on these.
 */
export class CheckpointFolders implements vscode.Disposable {
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private readonly changed = new vscode.EventEmitter<void>();
  private holding = new Set<string>();
  private all = new Set<string>();
  private pending: NodeJS.Timeout | undefined;
  /** Weight files came, went or changed. */
  readonly onChanged = this.changed.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher(weightFilesGlob);
    const soon = (): void => {
      clearTimeout(this.pending);
      this.pending = setTimeout(() => void this.look(), settleMs);
    };
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(soon),
      watcher.onDidDelete(soon),
      watcher.onDidChange(soon),
      vscode.workspace.onDidChangeWorkspaceFolders(soon),
      this.changed,
    );
  }

  /** Whether weight files lie in the folder or a few levels under it. */
  has(folder: string): boolean {
    return this.all.has(folder);
  }

  /** The folders that hold weight files themselves. */
  get folders(): readonly string[] {
    return [...this.holding].sort();
  }

  async look(): Promise<void> {
    const files = await vscode.workspace.findFiles(weightFilesGlob, foreignFoldersGlob, mostFiles);
    this.holding = new Set(files.map((file) => path.dirname(file.fsPath)));
    this.all = new Set([...this.holding].flatMap(withParents));
    await vscode.commands.executeCommand('setContext', 'weightGeometry.checkpointFolders', [...this.all]);
    this.changed.fire();
  }

  dispose(): void {
    clearTimeout(this.pending);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

/** A folder and those above it, not beyond its workspace folder. */
function withParents(folder: string): string[] {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))?.uri.fsPath;
  const found: string[] = [];
  for (let at = folder; found.length <= levelsAbove; at = path.dirname(at)) {
    found.push(at);
    if (root === undefined || at === root) break;
  }
  return found;
}
