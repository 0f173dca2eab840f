import path from 'node:path';
import * as vscode from 'vscode';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isShardIndex } from '../../contract/weightFormats.js';
import { mayHoldWeights } from '../weightFiles.js';
import { knownStatistics } from './knownStatistics.js';
import { tensorHover } from './markdown.js';
import { hoverOf } from './shownHover.js';
import { tensorAt } from './tensorAt.js';

/** A hover on the tensor names of `*.index.json`: the tensor's file, shape and ranks. */
export class ShardIndexHover implements vscode.HoverProvider {
  constructor(private readonly reader: Reader) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!isShardIndex(document.uri.fsPath) || !setting('hover.enabled', document.uri)) return undefined;
    const found = tensorAt(document.lineAt(position.line).text, position.character);
    const shard = found && path.basename(found.shard);
    if (!shard || !mayHoldWeights(shard)) return undefined;
    const file = path.join(path.dirname(document.uri.fsPath), shard);
    const described = await this.reader.describe(file);
    if (!described.ok) return undefined;
    const tensor = described.value.tensors.find(({ name }) => name === found.name);
    if (!tensor) return undefined;
    const cached = described.value.cached.filter((entry) => entry.tensor === tensor.name);
    const known = await knownStatistics(this.reader, file, [tensor], cached);
    if (token.isCancellationRequested) return undefined;
    return hoverOf(
      tensorHover(tensor, shard, document.uri.fsPath, known),
      new vscode.Range(position.line, found.start, position.line, found.end),
    );
  }
}
