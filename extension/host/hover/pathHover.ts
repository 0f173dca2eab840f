import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { CachedStatistics, FileSummary } from '../../contract/calls.js';
import { elements, largestMatrices } from '../describe.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isShardIndex, mayHoldWeights } from '../weightFiles.js';
import { fileHover, folderHover } from './markdown.js';
import { pathsAt, type TextSpan } from './pathAt.js';

/** A hover waits for small matrices no longer than this; what is not there by then is offered as a link. */
const patienceMs = 150;
/** Of larger matrices nothing is read for a hover. */
const smallMatrix = 256 * 256;

/** A hover on a path to a weight file or a folder of checkpoints, in any text editor. */
export class PathHover implements vscode.HoverProvider {
  constructor(private readonly reader: Reader) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!setting('hover.enabled', document.uri)) return undefined;
    const line = document.lineAt(position.line).text;
    for (const span of pathsAt(line, position.character)) {
      const found = await this.resolve(document, span.text);
      if (token.isCancellationRequested) return undefined;
      const content = found && (await this.content(found, document.uri, token));
      if (content) return new vscode.Hover(content, rangeOf(span, position.line));
    }
    return undefined;
  }

  /** The existing file or folder that a text names: relative to the document, then to the workspace's folders. */
  private async resolve(document: vscode.TextDocument, text: string) {
    const roots = [
      ...(document.uri.scheme === 'file' ? [path.dirname(document.uri.fsPath)] : []),
      ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    ];
    const home = text.startsWith('~/') ? path.join(os.homedir(), text.slice(2)) : text;
    const candidates = path.isAbsolute(home) ? [home] : roots.map((root) => path.resolve(root, home));
    for (const place of new Set(candidates)) {
      const stat = await fs.stat(place).catch(() => undefined);
      if (stat?.isFile() && (mayHoldWeights(place) || isShardIndex(place))) return { place, folder: false };
      if (stat?.isDirectory() && (await holdsWeights(place))) return { place, folder: true };
    }
    return undefined;
  }

  private async content(
    { place, folder }: { place: string; folder: boolean },
    scope: vscode.Uri,
    token: vscode.CancellationToken,
  ): Promise<vscode.MarkdownString | undefined> {
    const rows = setting('hover.rows', scope);
    if (folder) {
      const found = await this.reader.discover(place);
      return found.ok && found.value.length > 0 ? folderHover(place, found.value, rows) : undefined;
    }
    const described = await this.reader.describe(place);
    if (!described.ok) return new vscode.MarkdownString().appendText(described.error.message);
    const known = await this.statistics(described.value, rows);
    return token.isCancellationRequested
      ? undefined
      : fileHover(described.value, path.basename(place), known, rows);
  }

  /**
   * What the cache has; for a file of which it has nothing, the small matrices of the table that are done in a moment.
   * The reader goes on with the rest of these few, so that the next hover has them.
   */
  private async statistics(summary: FileSummary, rows: number): Promise<readonly CachedStatistics[]> {
    if (summary.cached.length > 0) return summary.cached;
    const found: CachedStatistics[] = [];
    const small = largestMatrices(summary.tensors)
      .slice(0, rows)
      .filter((tensor) => elements(tensor.shape) <= smallMatrix);
    const asked = small.map(async (tensor) => {
      const reply = await this.reader.quickStatistics(summary.path, tensor.name);
      if (reply.ok && reply.value) found.push(reply.value);
    });
    await Promise.race([Promise.all(asked), new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    return [...found];
  }
}

const rangeOf = (span: TextSpan, line: number): vscode.Range =>
  new vscode.Range(line, span.start, line, span.end);

/** Whether weight files, or folders that look like checkpoints, lie in a folder itself. */
async function holdsWeights(folder: string): Promise<boolean> {
  const names = await fs.readdir(folder).catch(() => []);
  return names.some(
    (name) => mayHoldWeights(name) || /^(checkpoint|step|epoch)[-_]?\d+$|^checkpoints$/.test(name),
  );
}
