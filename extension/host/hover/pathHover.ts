import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ErrorCode } from '../../contract/errors.js';
import { largestMatrices } from '../describe.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isShardIndex } from '../../contract/weightFormats.js';
import { isNamedForWeights, mayHoldWeights } from '../weightFiles.js';
import { knownStatistics } from './knownStatistics.js';
import { fileHover, folderHover } from './markdown.js';
import { pathsAt, type TextSpan } from './pathAt.js';
import { hoverOf } from './shownHover.js';

/** Error codes of a file that only has a weight ending, such as an unrelated `.bin`. */
const otherThings: readonly ErrorCode[] = ['not-a-checkpoint', 'unsupported-format', 'malformed-file'];

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
      const found = await this.resolve(document, span);
      if (token.isCancellationRequested) return undefined;
      const content = found && (await this.content(found, document.uri, token));
      if (content) return hoverOf(content, rangeOf(span, position.line));
    }
    return undefined;
  }

  /**
   * The existing file or folder that a text names: relative to the document, then to the workspace's folders.
   */
  private async resolve(document: vscode.TextDocument, { text, isName }: TextSpan) {
    const beside = document.uri.scheme === 'file' ? [path.dirname(document.uri.fsPath)] : [];
    const roots = isName
      ? beside
      : [...beside, ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath)];
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
    if (!described.ok) {
      const { code, message } = described.error;
      const isOther = otherThings.includes(code) && !isNamedForWeights(place);
      return isOther ? undefined : new vscode.MarkdownString().appendText(message);
    }
    const { tensors, cached } = described.value;
    const shown = largestMatrices(tensors).slice(0, rows);
    const known = await knownStatistics(this.reader, place, shown, cached);
    return token.isCancellationRequested
      ? undefined
      : fileHover(described.value, path.basename(place), known, rows);
  }
}

const rangeOf = (span: TextSpan, line: number): vscode.Range =>
  new vscode.Range(line, span.start, line, span.end);

/** Whether weight files, or folders that look like checkpoints, are directly in a folder. */
async function holdsWeights(folder: string): Promise<boolean> {
  const names = await fs.readdir(folder).catch(() => []);
  return names.some(
    (name) => mayHoldWeights(name) || /^(checkpoint|step|epoch)[-_]?\d+$|^checkpoints$/.test(name),
  );
}
