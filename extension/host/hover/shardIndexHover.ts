import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { isShardIndex } from '../weightFiles.js';
import { tensorHover } from './markdown.js';

const indexSchema = v.object({ weight_map: v.record(v.string(), v.string()) });
/** An index of a model of a million tensors is still smaller. */
const longestIndex = 20_000_000;
const key = /"((?:[^"\\]|\\.)*)"\s*:/g;

/** A hover on the tensor names of `*.index.json`: where the tensor is, its shape, its ranks. */
export class ShardIndexHover implements vscode.HoverProvider {
  private parsed: { uri: string; version: number; shards: ReadonlyMap<string, string> } | undefined;

  constructor(private readonly reader: Reader) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!isShardIndex(document.uri.fsPath) || !setting('hover.enabled', document.uri)) return undefined;
    const found = keyAt(document.lineAt(position.line).text, position.character);
    const shard = found && this.shards(document).get(found.name);
    if (!shard) return undefined;
    const file = path.join(path.dirname(document.uri.fsPath), path.basename(shard));
    const described = await this.reader.describe(file);
    if (!described.ok || token.isCancellationRequested) return undefined;
    const tensor = described.value.tensors.find(({ name }) => name === found.name);
    if (!tensor) return undefined;
    const cached = described.value.cached.filter((entry) => entry.tensor === tensor.name);
    const quick = cached.length > 0 ? undefined : await this.reader.quickStatistics(file, tensor.name);
    const known = quick?.ok && quick.value ? [quick.value] : cached;
    return new vscode.Hover(
      tensorHover(tensor, path.basename(shard), document.uri.fsPath, known),
      new vscode.Range(position.line, found.start, position.line, found.end),
    );
  }

  private shards(document: vscode.TextDocument): ReadonlyMap<string, string> {
    const uri = document.uri.toString();
    if (this.parsed?.uri !== uri || this.parsed.version !== document.version) {
      this.parsed = { uri, version: document.version, shards: shardsOf(document.getText()) };
    }
    return this.parsed.shards;
  }
}

function shardsOf(text: string): ReadonlyMap<string, string> {
  if (text.length > longestIndex) return new Map();
  try {
    const index = v.safeParse(indexSchema, JSON.parse(text));
    return new Map(index.success ? Object.entries(index.output.weight_map) : []);
  } catch {
    // Half-typed JSON has no tensors to speak of.
    return new Map();
  }
}

function keyAt(line: string, column: number) {
  for (const match of line.matchAll(key)) {
    const [start, end] = [match.index, match.index + match[0].lastIndexOf('"') + 1];
    if (start > column || column > end) continue;
    try {
      return { name: JSON.parse(line.slice(start, end)) as string, start, end };
    } catch {
      return undefined;
    }
  }
  return undefined;
}
