import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds, contextKeys, viewIds } from '../contributions.js';
import type { FileSummary, SeriesListing } from '../../contract/calls.js';
import { statisticsIn } from '../../contract/statistics/table.js';
import {
  bytes,
  counted,
  elements,
  integer,
  plainSummary,
  shape,
  statisticName,
  statisticValue,
} from '../describe.js';
import type { ErrorMessages } from '../errors.js';
import type { Reader } from '../processes/reader.js';
import type { CheckpointFolders } from './checkpointFolders.js';
import type { SeriesRow } from './seriesRows.js';
import { apartUnreadable, type UnreadableRow } from './unreadableFiles.js';
import { workspaceSeries } from './workspaceSeries.js';
import { watchedPlace } from '../watchedPlace.js';

type Checkpoint = SeriesListing['checkpoints'][number];
type Tensor = FileSummary['tensors'][number];

type Node =
  /** Single files that are no weights, or broken: one row for all of them. */
  | { readonly kind: 'unreadable'; readonly files: readonly UnreadableRow[] }
  | { readonly kind: 'unreadableFile'; readonly uri: vscode.Uri; readonly file: UnreadableRow }
  | { readonly kind: 'series'; readonly uri: vscode.Uri; readonly row: SeriesRow }
  | { readonly kind: 'checkpoint'; readonly uri: vscode.Uri; readonly checkpoint: Checkpoint }
  | {
      readonly kind: 'tensor';
      readonly uri: vscode.Uri;
      readonly tensor: Tensor;
      readonly file: FileSummary;
    };

const rowsInTooltip = 12;

/** The series of the workspace, their checkpoints, and the checkpoints' tensors. */
export class SeriesTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private readonly view: vscode.TreeView<Node>;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly reader: Reader,
    private readonly folders: CheckpointFolders,
    private readonly errors: ErrorMessages,
  ) {
    this.view = vscode.window.createTreeView(viewIds.series, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.view,
      folders.onChanged(() => this.changed.fire(undefined)),
      this.changed,
      vscode.commands.registerCommand(commandIds.refreshSeries, () => this.folders.lookAgain()),
      vscode.commands.registerCommand(commandIds.revealSeries, (node: Node) =>
        node.kind === 'unreadable'
          ? undefined
          : vscode.commands.executeCommand(
              'revealInExplorer',
              vscode.Uri.file(watchedPlace(node.uri.fsPath)),
            ),
      ),
      vscode.commands.registerCommand(commandIds.copyTensorName, (node: Node) =>
        node.kind === 'tensor' ? vscode.env.clipboard.writeText(node.tensor.name) : undefined,
      ),
    ];
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (!node) return this.series();
    if (node.kind === 'series') return checkpointsOf(node.row.series);
    if (node.kind === 'tensor' || node.kind === 'unreadableFile') return [];
    if (node.kind === 'unreadable') return node.files.map(unreadableNode);
    const described = await this.reader.describe(node.uri.fsPath);
    if (!described.ok) {
      void this.errors.show(described.error);
      return [];
    }
    const file = described.value;
    return file.tensors.map((tensor) => ({ kind: 'tensor', uri: node.uri, tensor, file }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const item = itemMakers[node.kind](node as never);
    item.contextValue = node.kind;
    return item;
  }

  /** A tooltip is requested when the mouse rests on a row; the header is read only then. */
  async resolveTreeItem(
    item: vscode.TreeItem,
    node: Node,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    item.tooltip = await this.tooltip(node, token);
    return item;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async series(): Promise<Node[]> {
    const found = await workspaceSeries(this.reader, this.folders);
    await vscode.commands.executeCommand('setContext', contextKeys.seriesLooked, true);
    this.tell(found.problems);
    const { rows, unreadable } = await apartUnreadable(found.rows, this.reader);
    return [
      ...rows.map((row): Node => ({ kind: 'series', uri: vscode.Uri.file(row.source), row })),
      ...(unreadable.length === 0 ? [] : [{ kind: 'unreadable' as const, files: unreadable }]),
    ];
  }

  /** Says above the rows why some may be missing. */
  private tell(problems: readonly string[]): void {
    const [first, ...more] = problems;
    const others = more.length === 0 ? '' : ` ${vscode.l10n.t('(and {0} more)', integer(more.length))}`;
    // An empty message means none: the welcome text is shown.
    this.view.message = first === undefined ? '' : `${first}${others}`;
  }

  private async tooltip(node: Node, token: vscode.CancellationToken): Promise<string | undefined> {
    if (node.kind === 'series') return seriesTooltip(node.row);
    if (node.kind === 'unreadable') return node.files.map(({ row }) => row.label).join('\n');
    if (node.kind === 'unreadableFile') return node.file.why;
    if (node.kind === 'checkpoint') {
      const described = await this.reader.describe(node.uri.fsPath);
      if (token.isCancellationRequested) return undefined;
      return described.ok ? plainSummary(described.value, rowsInTooltip) : described.error.message;
    }
    return tensorTooltip(node, this.reader);
  }
}

const checkpointsOf = (series: SeriesListing): Node[] =>
  series.checkpoints.map((checkpoint) => ({
    kind: 'checkpoint',
    uri: vscode.Uri.file(checkpoint.path),
    checkpoint,
  }));

const unreadableNode = (file: UnreadableRow): Node => ({
  kind: 'unreadableFile',
  uri: vscode.Uri.file(file.row.series.checkpoints[0]!.path),
  file,
});

function seriesTooltip({ series }: SeriesRow): string {
  return [
    series.root,
    counted.checkpoints(series.checkpoints.length),
    ...series.warnings.slice(0, 3).map((warning) => `⚠ ${warning.message}`),
  ].join('\n');
}

async function tensorTooltip(node: Node & { kind: 'tensor' }, reader: Reader): Promise<string> {
  const { tensor } = node;
  const lines = [
    tensor.name,
    `${shape(tensor.shape)} · ${tensor.dtype} · ${counted.elements(elements(tensor.shape))}`,
  ];
  const known =
    node.file.cached.find((entry) => entry.tensor === tensor.name && entry.part === undefined) ??
    (await quick(reader, node.uri.fsPath, tensor.name));
  if (known) {
    for (const statistic of statisticsIn('hover'))
      lines.push(`${statisticName(statistic)} ${statisticValue(statistic, known)} · ${statistic.formula}`);
  } else if (tensor.shape.length > 1) {
    lines.push(vscode.l10n.t('Ranks: not computed yet (Inspect Weight Geometry)'));
  }
  return lines.join('\n');
}

async function quick(reader: Reader, file: string, tensor: string) {
  const reply = await reader.quickStatistics(file, tensor);
  return reply.ok ? reply.value : undefined;
}

const itemMakers = {
  unreadable: ({ files }: Node & { kind: 'unreadable' }): vscode.TreeItem => {
    const label = vscode.l10n.t('Files that are not read');
    const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
    item.id = 'unreadable';
    item.description = integer(files.length);
    item.iconPath = new vscode.ThemeIcon('circle-slash');
    item.accessibilityInformation = { label: `${label}, ${item.description}` };
    return item;
  },
  unreadableFile: ({ uri, file }: Node & { kind: 'unreadableFile' }): vscode.TreeItem => {
    const item = new vscode.TreeItem(path.basename(uri.fsPath), vscode.TreeItemCollapsibleState.None);
    item.id = `unreadable|${uri.fsPath}`;
    item.description = file.why;
    item.iconPath = new vscode.ThemeIcon('warning');
    item.accessibilityInformation = { label: `${path.basename(uri.fsPath)}, ${file.why}` };
    return item;
  },
  series: ({ row }: Node & { kind: 'series' }): vscode.TreeItem => {
    const { series } = row;
    const item = new vscode.TreeItem(row.label, vscode.TreeItemCollapsibleState.Collapsed);
    const checkpoints = counted.checkpoints(series.checkpoints.length);
    item.id = row.id;
    item.description = row.within === '' ? checkpoints : `${checkpoints} · ${row.within}`;
    item.iconPath = new vscode.ThemeIcon(series.isRun ? 'beaker' : 'layers');
    item.accessibilityInformation = { label: `${series.name}, ${checkpoints}` };
    return item;
  },
  checkpoint: ({ checkpoint, uri }: Node & { kind: 'checkpoint' }): vscode.TreeItem => {
    const item = new vscode.TreeItem(checkpoint.label, vscode.TreeItemCollapsibleState.Collapsed);
    const step =
      checkpoint.step === undefined ? '' : `${vscode.l10n.t('step {0}', integer(checkpoint.step))} · `;
    item.description = `${step}${bytes(checkpoint.bytes)}`;
    item.iconPath = new vscode.ThemeIcon('file-binary');
    item.accessibilityInformation = { label: `${checkpoint.label}, ${item.description}` };
    item.id = `${path.dirname(uri.fsPath)}|${checkpoint.label}|${uri.fsPath}`;
    return item;
  },
  tensor: ({ tensor }: Node & { kind: 'tensor' }): vscode.TreeItem => {
    const item = new vscode.TreeItem(tensor.name, vscode.TreeItemCollapsibleState.None);
    item.description = `${shape(tensor.shape)} ${tensor.dtype}`;
    item.iconPath = new vscode.ThemeIcon(tensor.shape.length > 1 ? 'symbol-array' : 'symbol-number');
    item.accessibilityInformation = { label: `${tensor.name}, ${item.description}` };
    return item;
  },
};
