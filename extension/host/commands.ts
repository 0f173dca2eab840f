import * as vscode from 'vscode';
import { commandIds } from './contributions.js';
import { counted } from './describe.js';
import { exportReport } from './exportReport.js';
import type { ErrorMessages } from './errors.js';
import type { CheckpointFolders } from './explorer/checkpointFolders.js';
import { probeFolder } from './explorer/probeFolder.js';
import { workspaceSeries } from './explorer/workspaceSeries.js';
import type { InspectorPanels } from './inspector/inspectorPanels.js';
import type { Reader } from './processes/reader.js';
import type { Link } from './links.js';
import { CompareSelection } from './compareSelection.js';
import { holdsSweep, inspectedAt } from './sweepFolder.js';
import { isShardIndex } from '../contract/weightFormats.js';
import { dialogEndings, mayHoldWeights } from './weightFiles.js';

export interface CommandServices {
  readonly context: vscode.ExtensionContext;
  readonly panels: InspectorPanels;
  readonly reader: Reader;
  readonly folders: CheckpointFolders;
  readonly errors: ErrorMessages;
  readonly log: vscode.LogOutputChannel;
}

/** The target of a command: nothing, a resource, or an item of the tree. */
type Target = vscode.Uri | { readonly uri: vscode.Uri } | undefined;

const uriOf = (target: Target): vscode.Uri | undefined =>
  target instanceof vscode.Uri ? target : target?.uri;

/** Commands by name, without those of the tree. */
export const commandTable = (services: CommandServices, selection = new CompareSelection()) => ({
  [commandIds.inspect]: (target: Target, selected?: readonly Target[]) => inspect(services, target, selected),
  [commandIds.selectForCompare]: (target: Target) => selection.select(uriOf(target)),
  [commandIds.compareWithSelected]: (target: Target) => compare(services, selection.selected, uriOf(target)),
  [commandIds.compareSelected]: (target: Target, selected?: readonly Target[]) =>
    compare(services, ...selection.pair(uriOf(target), selected?.map(uriOf) ?? [])),
  [commandIds.inspectSample]: () => {
    services.panels.open(vscode.Uri.joinPath(services.context.extensionUri, 'media', 'sample-series').fsPath);
  },
  [commandIds.cancelInspection]: () => services.panels.cancel(),
  [commandIds.inspectAgain]: () => services.panels.active?.inspection.retry(),
  [commandIds.showRunningInspection]: () => services.panels.showRunning(),
  [commandIds.exportReport]: async () => {
    const view = services.panels.active;
    const report = view?.inspection.report;
    if (report) await exportReport(view.source, report);
  },
  [commandIds.inspectTogether]: (target: Target, selected: readonly Target[] = []) =>
    inspectTogether(services, selected.length > 1 ? selected : [target]),
  [commandIds.nextPage]: () => services.panels.active?.turnBy(1),
  [commandIds.previousPage]: () => services.panels.active?.turnBy(-1),
  [commandIds.clearCache]: () => clearCache(services),
  [commandIds.showLog]: () => services.log.show(),
  [commandIds.openSettings]: () =>
    vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${services.context.extension.id}`),
});

async function inspect(
  services: CommandServices,
  target: Target,
  selected: readonly Target[] = [],
): Promise<void> {
  const chosen =
    selected.length > 1 ? selected.map(uriOf) : [uriOf(target) ?? activeFile() ?? (await pick(services))];
  for (const uri of chosen) {
    if (!uri) continue;
    if (uri.scheme !== 'file') {
      void services.errors.show({
        code: 'unsupported-format',
        message: vscode.l10n.t(
          'Weight Geometry reads files on disk; this one is of the kind “{0}”.',
          uri.scheme,
        ),
      });
    } else {
      const source = inspectedAt(uri.fsPath);
      if (await canShow(services, source)) services.panels.open(source);
    }
  }
}

/** Opens the first of several runs with the others drawn over it. */
async function inspectTogether(services: CommandServices, targets: readonly Target[]): Promise<void> {
  const sources = targets.flatMap((target) => {
    const uri = uriOf(target);
    return uri?.scheme === 'file' ? [inspectedAt(uri.fsPath)] : [];
  });
  const [first, ...others] = sources;
  if (first === undefined || others.length === 0) {
    const message = vscode.l10n.t('Select the folders of two runs or more.');
    void services.errors.show({ code: 'invalid-argument', message });
    return;
  }
  for (const source of sources) if (!(await canShow(services, source))) return;
  const { inspection } = services.panels.open(first, 'runs');
  const reply = await inspection.analyse({ id: 'runs', settings: { others } });
  if (!reply.ok) void services.errors.show(reply.error);
}

/** Opens the target of a link if there is something to show. */
export async function openLink(services: CommandServices, { source, page, base }: Link): Promise<void> {
  if (await canShow(services, source)) services.panels.open(source, page, base);
}

/** Opens the comparison of a source with its base if both have something to show. */
async function compare(
  services: CommandServices,
  base: vscode.Uri | undefined,
  source: vscode.Uri | undefined,
): Promise<void> {
  if (base === undefined || source === undefined) {
    const message = vscode.l10n.t('Select two checkpoints, or one with Select for Weight Compare first.');
    void services.errors.show({ code: 'invalid-argument', message });
    return;
  }
  const sources = { base: inspectedAt(base.fsPath), source: inspectedAt(source.fsPath) };
  for (const each of Object.values(sources)) if (!(await canShow(services, each))) return;
  services.panels.open(sources.source, 'compare', sources.base);
}

/**
 * A target that is known to hold weights opens at once. Another folder is first probed for something to show.
 */
async function canShow({ reader, folders, errors }: CommandServices, source: string): Promise<boolean> {
  if (mayHoldWeights(source) || isShardIndex(source) || folders.has(source) || holdsSweep(source))
    return true;
  const error = await probeFolder(reader, source);
  if (error) void errors.show(error);
  return !error;
}

/** The weight file in the active editor, when the command is run without a target from an editor's title. */
const activeFile = (): vscode.Uri | undefined => {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri && (mayHoldWeights(uri.fsPath) || isShardIndex(uri.fsPath)) ? uri : undefined;
};

type Choice = vscode.QuickPickItem & { readonly uri?: vscode.Uri; readonly browse?: 'folder' | 'file' };

/** The series of the workspace, then the other choices. */
async function pick({ reader, folders }: CommandServices): Promise<vscode.Uri | undefined> {
  const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const elsewhere: readonly Choice[] = [
    { label: vscode.l10n.t('A folder of checkpoints…'), browse: 'folder' },
    { label: vscode.l10n.t('A weight file…'), browse: 'file' },
  ];
  const found = workspaceSeries(reader, folders).then(({ rows }): readonly Choice[] =>
    rows.length === 0
      ? elsewhere
      : [
          separator(vscode.l10n.t('In this workspace')),
          ...rows.map(({ label, within, series, source }) => ({
            label: `$(${series.isRun ? 'beaker' : 'layers'}) ${label}`,
            description: counted.checkpoints(series.checkpoints.length),
            ...(within === '' ? {} : { detail: within }),
            uri: vscode.Uri.file(source),
          })),
          separator(vscode.l10n.t('Elsewhere')),
          ...elsewhere,
        ],
  );
  const chosen = await vscode.window.showQuickPick(found, {
    title: vscode.l10n.t('Inspect Weight Geometry'),
    placeHolder: vscode.l10n.t('What do you want to inspect?'),
    matchOnDetail: true,
  });
  if (chosen?.browse === undefined) return chosen?.uri;
  const [uri] =
    (await vscode.window.showOpenDialog(
      chosen.browse === 'folder'
        ? { canSelectFiles: false, canSelectFolders: true, openLabel: vscode.l10n.t('Inspect') }
        : { filters: { [vscode.l10n.t('Weights')]: dialogEndings }, openLabel: vscode.l10n.t('Inspect') },
    )) ?? [];
  return uri;
}

async function clearCache({ context, errors }: CommandServices): Promise<void> {
  try {
    await vscode.workspace.fs.delete(cacheFolder(context), { recursive: true });
  } catch (thrown) {
    // Without a cache there is nothing to delete.
    if (!(thrown instanceof vscode.FileSystemError) || thrown.code !== 'FileNotFound') {
      const message = vscode.l10n.t('Cached reports could not be deleted.');
      void errors.show({ code: 'unwritable', message, cause: String(thrown) });
      return;
    }
  }
  void vscode.window.showInformationMessage(vscode.l10n.t('Cached reports were deleted.'));
}

export const cacheFolder = (context: vscode.ExtensionContext): vscode.Uri =>
  vscode.Uri.joinPath(context.globalStorageUri, 'reports');
