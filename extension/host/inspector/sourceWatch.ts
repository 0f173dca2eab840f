import path from 'node:path';
import * as vscode from 'vscode';
import { descriptors, globOf, mayConcern, signatureOf, type SourceSignature } from './sourceSignature.js';

/**
 * A network file system sends no change events, so files are also polled: at this interval after a change, at
 * longer and longer ones without.
 */
const soonestLookMs = 5000;
const rarestLookMs = 30_000;
const slowingDown = 1.5;
/** Interval between two looks at a file that is being written. */
const settleMs = 700;

export type SourceChange = 'changed' | 'gone';

/**
 * Notifies when the weight files at a path (a file, or a folder and its content; for a sweep the records of its
 * runs) or the files that describe their model have changed and come to rest, or when the weights are gone.
 */
export class SourceWatch implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lookAfterMs = soonestLookMs;
  private seen: SourceSignature | undefined;
  private looking = false;
  private asked = 0;
  private disposed = false;

  constructor(
    private readonly source: string,
    private readonly tell: (change: SourceChange) => void,
  ) {
    void this.begin();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async begin(): Promise<void> {
    const seen = await signatureOf(this.source);
    if (this.disposed) return;
    this.seen = seen;
    // Without `**` the folder above is not watched recursively: it may be a home folder.
    const above = path.dirname(this.source);
    for (const name of [path.basename(this.source), ...descriptors]) this.listen(above, globOf(name));
    if (seen.isFolder) this.listen(this.source, '**');
    this.lookLater();
  }

  private listen(folder: string, pattern: string): void {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), pattern),
    );
    const noticed = ({ fsPath }: vscode.Uri): void => {
      if (fsPath !== this.source && !mayConcern(fsPath, this.seen?.isSweep === true)) return;
      this.lookAfterMs = soonestLookMs;
      void this.look();
    };
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(noticed),
      watcher.onDidChange(noticed),
      watcher.onDidDelete(noticed),
    );
  }

  private lookLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), this.lookAfterMs);
    this.lookAfterMs = Math.min(rarestLookMs, this.lookAfterMs * slowingDown);
  }

  private async look(): Promise<void> {
    this.asked++;
    if (this.looking) return;
    this.looking = true;
    // The look may have missed a change that happens during it.
    for (let served = 0; served !== this.asked && !this.disposed;) {
      if (served > 0) await settled();
      served = this.asked;
      await this.compare();
    }
    this.looking = false;
    this.asked = 0;
    if (!this.disposed) this.lookLater();
  }

  private async compare(): Promise<void> {
    let now = await signatureOf(this.source);
    while (now.text !== this.seen?.text) {
      await settled();
      const later = await signatureOf(this.source);
      if (this.disposed) return;
      if (later.text === now.text) {
        const isGone = this.seen?.holdsSource === true && !now.holdsSource;
        this.seen = now;
        this.lookAfterMs = soonestLookMs;
        this.tell(isGone ? 'gone' : 'changed');
      }
      now = later;
    }
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, settleMs));
