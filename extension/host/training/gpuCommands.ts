import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import { gpuSchemas, type GpuCalls } from '../../contract/gpu.js';
import { gpuMarkdown } from '../../contract/gpuList.js';
import { toErrorValue } from '../../contract/errors.js';
import { startEngineProcess } from '../../processes/engineProcess.js';
import type { ErrorMessages } from '../errors.js';
import { CudaFolders, type CheckedGpu, type FolderAnswer } from './cudaFolders.js';
import { placesToLook } from './pythonEnvironments.js';

/** The scheme of the list's document: read-only, never saved. */
export const gpuScheme = 'weight-geometry-gpu';
const answersKey = 'gpu.folders';

interface GpuServices {
  readonly context: vscode.ExtensionContext;
  readonly bundle: string;
  readonly log: vscode.LogOutputChannel;
}

/** One process for one question; it ends with it. */
const withGpu =
  ({ bundle, log }: GpuServices) =>
  async <T>(ask: (calls: GpuCalls) => Promise<T>): Promise<T> => {
    const started = startEngineProcess<GpuCalls>({
      ...{ bundle, role: 'gpu', args: [], schemas: gpuSchemas, events: {} },
      onOutput: (line) => log.info(`[gpu] ${line}`),
    });
    try {
      return await ask(started.calls);
    } finally {
      started.finish();
    }
  };

async function askForFolder(folder: string): Promise<FolderAnswer | undefined> {
  const load = vscode.l10n.t('Load CUDA from It');
  const never = vscode.l10n.t('Never from This Folder');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('Load CUDA from {0}?', folder),
    {
      modal: true,
      detail: vscode.l10n.t(
        'The CUDA provider and NVIDIA’s libraries in this folder are native code, which the process of a training run would load. Nothing of Python is run. The answer is remembered for this folder; Check GPU… changes it.',
      ),
    },
    load,
    never,
  );
  return chosen === load ? 'allowed' : chosen === never ? 'refused' : undefined;
}

/** The search for CUDA of a window. */
export const cudaFolders = (services: GpuServices): CudaFolders => {
  const { context, log } = services;
  const { globalState } = context;
  return new CudaFolders({
    withGpu: withGpu(services),
    isTrusted: () => vscode.workspace.isTrusted,
    places: placesToLook,
    answers: {
      get: () => globalState.get<Record<string, FolderAnswer>>(answersKey) ?? {},
      set: (answers) => globalState.update(answersKey, answers),
    },
    ask: askForFolder,
    linkFolder: path.join(context.globalStorageUri.fsPath, 'cuda'),
    notAllowed: (folder) =>
      vscode.l10n.t(
        'Its files are in {0}, from which you have not allowed to load them (Check GPU…).',
        folder,
      ),
    log,
  });
};

/** The survey as a read-only document. */
export class GpuList implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(gpuScheme, this);
  private text = '';
  private readonly uri = vscode.Uri.from({ scheme: gpuScheme, path: `/${vscode.l10n.t('Check GPU')}.md` });
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(): string {
    return this.text;
  }

  async show(text: string): Promise<void> {
    this.text = text;
    this.changed.fire(this.uri);
    await vscode.commands.executeCommand('markdown.showPreview', this.uri);
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }
}

interface CheckServices extends GpuServices {
  readonly errors: ErrorMessages;
  readonly cuda: CudaFolders;
  readonly list: GpuList;
}

export const gpuCommandTable = (services: CheckServices) => ({
  [commandIds.checkGpu]: () => check(services),
});

async function check(services: CheckServices): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('Graphics processors are tried in trusted workspaces only.'),
    );
    return;
  }
  try {
    const checked = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Looking for graphics processors'),
      },
      () => services.cuda.check(),
    );
    const { survey, probed, isAllowed } = checked;
    await services.list.show(gpuMarkdown(survey, probed, isAllowed));
    await offer(services, checked);
  } catch (thrown) {
    void services.errors.show(toErrorValue(thrown), () => void check(services));
  }
}

/** The possible actions, each at a click. */
async function offer(services: CheckServices, { survey, probed, isAllowed }: CheckedGpu): Promise<void> {
  const { command, consents, problem } = survey;
  const install = vscode.l10n.t('Run pip in a Terminal');
  const choose = vscode.l10n.t('Choose the Folders…');
  const works = probed.find(({ name }) => name === 'cuda')?.works === true;
  const buttons = [
    ...(command !== undefined && problem !== undefined ? [install] : []),
    ...(consents.length > 0 && problem === undefined ? [choose] : []),
  ];
  if (buttons.length === 0) return;
  const chosen = await vscode.window.showInformationMessage(
    works
      ? vscode.l10n.t('CUDA works.')
      : isAllowed || problem
        ? vscode.l10n.t('CUDA does not work here yet.')
        : vscode.l10n.t('CUDA’s files are in folders that you have not allowed yet.'),
    ...buttons,
  );
  if (chosen === install && command) runInTerminal(command.line);
  if (chosen !== choose) return;
  for (const folder of consents) await services.cuda.question(folder);
  await check(services);
}

function runInTerminal(line: string): void {
  const terminal = vscode.window.createTerminal({ name: vscode.l10n.t('CUDA for Weight Geometry') });
  terminal.show();
  terminal.sendText(line);
}
