import fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { holdsSweep, sweepFile } from '../sweeps/sweepFolder.js';
import { isShardIndex, mayHoldWeights } from '../weightFiles.js';

/** A network file system tells nobody of changes, so the files are also looked at this often. */
const lookEveryMs = 5000;
/** A file that is being written changes between two looks this far apart. */
const settleMs = 700;
const deepestFolder = 3;
/** What tells of the progress of a sweep; its runs' checkpoints lie deeper than is looked. */
const sweepRecords: ReadonlySet<string> = new Set([sweepFile, 'run.json', 'metrics.jsonl']);

export type SourceChange = 'changed' | 'gone';

/**
 * Tells when the weight files at a path (a file, or a folder and what is under it; of a sweep the records of its runs)
 * have changed and come to rest, or have gone. Sizes and times are compared, contents are not read.
 */
export class SourceWatch implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly timer: NodeJS.Timeout;
  private seen: string | undefined;
  private looking = false;
  private disposed = false;

  constructor(
    private readonly source: string,
    private readonly tell: (change: SourceChange) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(path.dirname(source)), `${path.basename(source)}{,/**}`),
    );
    const look = (): void => void this.look();
    this.subscriptions.push(
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      watcher.onDidDelete(look),
    );
    this.timer = setInterval(look, lookEveryMs);
    void signatureOf(source).then((signature) => (this.seen ??= signature));
  }

  dispose(): void {
    this.disposed = true;
    clearInterval(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      let signature = await signatureOf(this.source);
      while (signature !== this.seen) {
        await new Promise((resolve) => setTimeout(resolve, settleMs));
        const later = await signatureOf(this.source);
        if (this.disposed) return;
        if (later === signature) {
          this.seen = signature;
          this.tell(signature === '' ? 'gone' : 'changed');
        }
        signature = later;
      }
    } finally {
      this.looking = false;
    }
  }
}

/** Names, sizes and times of the weight files, in order; empty when there are none any more. */
async function signatureOf(source: string): Promise<string> {
  const lines: string[] = [];
  const isSweep = holdsSweep(source);
  const counts = (place: string, depth: number): boolean =>
    depth === 0 ||
    mayHoldWeights(place) ||
    isShardIndex(place) ||
    (isSweep && sweepRecords.has(path.basename(place)));
  const visit = async (place: string, depth: number): Promise<void> => {
    const stat = await fs.stat(place).catch(() => undefined);
    if (stat?.isFile() && counts(place, depth)) {
      lines.push(`${place}|${stat.size}|${stat.mtimeMs}`);
    } else if (stat?.isDirectory() && depth < deepestFolder) {
      const names = await fs.readdir(place).catch(() => []);
      for (const name of names.sort())
        if (!name.startsWith('.')) await visit(path.join(place, name), depth + 1);
    }
  };
  await visit(source, 0);
  return lines.join('\n');
}
