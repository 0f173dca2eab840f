import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { GeometryError } from '../../contract/errors.js';
import { providerNames, type ProviderName, type RunConfig } from '../../contract/run.js';
import type { PresetEntry } from '../../contract/training.js';
import type { Reader } from '../processes/reader.js';
import { foreignFoldersGlob } from '../weightFiles.js';
import { askSteps, inputStep, pickStep, type Step, type StepEnd } from '../multiStep.js';
import { chooseSettings, type SettingAnswers } from './chooseSettings.js';
import { editAsRunFile } from './editAsRunFile.js';
import { freeFolder } from './freeFolder.js';

/** The wizard's state; kept for the next time. */
interface Answers extends SettingAnswers {
  provider: ProviderName;
  /** Parent folder of new runs. */
  parent: string;
  folder: string;
}

export interface Asked {
  readonly config: RunConfig;
  readonly provider: ProviderName;
  readonly folder: string;
}

interface WizardServices {
  readonly reader: Reader;
  /** The schema of run files, as shipped. */
  readonly schemaFile: string;
  readonly memento: vscode.Memento;
  /** Whether a waiting or active run has the folder, which may not exist on disk yet. */
  readonly isTaken: (folder: string) => boolean;
}

const mementoKey = 'training.lastAnswers';
const mostRunFiles = 50;

/** Asks what to train, with which changes, where and on which provider; undefined if the user cancels. */
export async function askForRun(services: WizardServices, runFile?: string): Promise<Asked | undefined> {
  const presets = await services.reader.presets();
  if (!presets.ok) throw new GeometryError(presets.error.code, presets.error.message, presets.error);
  const last = services.memento.get<Partial<Answers>>(mementoKey) ?? {};
  const answers: Answers = {
    what: runFile ?? last.what ?? presets.value[0]!.name,
    changes: runFile === undefined || runFile === last.what ? (last.changes ?? '') : '',
    provider: providerNames.find((name) => name === last.provider) ?? 'auto',
    parent: last.parent ?? path.join(base(), 'runs'),
    folder: '',
    config: undefined,
  };
  const steps = [
    ...(runFile === undefined ? [chooseWhat(presets.value)] : []),
    chooseSettings(services),
    chooseProvider,
    chooseFolder(services.isTaken),
  ];
  const title =
    runFile === undefined ? vscode.l10n.t('Train') : vscode.l10n.t('Train {0}', path.basename(runFile));
  if (!(await askSteps(title, steps, answers)) || !answers.config) return undefined;
  const { what, changes, provider, folder, config } = answers;
  await services.memento.update(mementoKey, { what, changes, provider, parent: path.dirname(folder) });
  return { config, provider, folder };
}

/** Where relative folders start from. */
const base = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? os.homedir();
const shownPath = (folder: string): string => {
  const relative = path.relative(base(), folder);
  return relative.startsWith('..') || path.isAbsolute(relative) ? folder : relative;
};

type WhatItem = vscode.QuickPickItem & { readonly what?: string; readonly preset?: PresetEntry };

const chooseWhat =
  (presets: readonly PresetEntry[]): Step<Answers> =>
  async (answers, place) => {
    const files = await vscode.workspace.findFiles('**/*.wgrun.json', foreignFoldersGlob, mostRunFiles);
    const separator = (label: string): WhatItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const edit = { iconPath: new vscode.ThemeIcon('edit'), tooltip: vscode.l10n.t('Edit as a Run File') };
    const items: WhatItem[] = [
      separator(vscode.l10n.t('Presets')),
      ...presets.map((preset) => ({
        label: preset.name,
        detail: preset.summary,
        what: preset.name,
        preset,
        buttons: [edit],
      })),
      separator(vscode.l10n.t('Run files')),
      ...files
        .map(({ fsPath }) => ({
          label: `$(json) ${path.basename(fsPath)}`,
          description: shownPath(path.dirname(fsPath)),
          what: fsPath,
        }))
        .sort((a, b) => a.what.localeCompare(b.what)),
      { label: `$(folder-opened) ${vscode.l10n.t('Another run file…')}` },
    ];
    const choose = (what: string): 'next' => {
      if (what !== answers.what) answers.changes = '';
      answers.what = what;
      return 'next';
    };
    return pickStep(place, {
      placeholder: vscode.l10n.t('What to train: a preset, or a run file'),
      items,
      active: items.find(({ what }) => what !== undefined && what === answers.what),
      onChoose: async ({ what }) => {
        const chosen = what ?? (await browseRunFile());
        return chosen === undefined ? 'again' : choose(chosen);
      },
      onButton: async ({ preset }) => {
        if (preset) await editAsRunFile(preset.name, preset.config, base());
        return 'cancel' as const;
      },
    });
  };

async function browseRunFile(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      filters: { [vscode.l10n.t('Run files')]: ['json'] },
      title: vscode.l10n.t('Choose a run file'),
    })) ?? [];
  return file?.fsPath;
}

type ProviderItem = vscode.QuickPickItem & { readonly provider: ProviderName };

const chooseProvider: Step<Answers> = (answers, place) => {
  const about: Readonly<Record<ProviderName, string>> = {
    auto: vscode.l10n.t(
      'CUDA, then WebGPU, then the CPU: the first that works here and is no slower than the CPU',
    ),
    cpu: vscode.l10n.t('Works everywhere'),
    webgpu: vscode.l10n.t('Graphics adapters of every make'),
    cuda: vscode.l10n.t('NVIDIA; the command Check GPU… says what it needs'),
  };
  const names: Readonly<Record<ProviderName, string>> = {
    auto: vscode.l10n.t('Automatic'),
    cpu: 'CPU',
    webgpu: 'WebGPU',
    cuda: 'CUDA',
  };
  const items = providerNames.map((provider): ProviderItem => ({
    provider,
    label: names[provider],
    detail: about[provider],
  }));
  return pickStep(place, {
    placeholder: vscode.l10n.t('What it trains on'),
    items,
    active: items.find(({ provider }) => provider === answers.provider),
    onChoose: ({ provider }) => {
      answers.provider = provider;
      return 'next';
    },
  });
};

const chooseFolder =
  (isTaken: WizardServices['isTaken']): Step<Answers> =>
  (answers, place) => {
    const name = answers.config?.name ?? 'run';
    const exists = (folder: string): boolean => fs.existsSync(folder) || isTaken(folder);
    const proposed = answers.folder === '' ? freeFolder(answers.parent, name, exists) : answers.folder;
    return inputStep(place, {
      prompt: vscode.l10n.t(
        'Folder of the run: it is made, with checkpoints, metrics and the settings in it',
      ),
      value: shownPath(proposed),
      check: (value) => Promise.resolve(wrongFolder(value, isTaken)),
      onChoose: (value) => (answers.folder = path.resolve(base(), value)),
      button: {
        icon: 'folder-opened',
        tooltip: vscode.l10n.t('Choose the folder in which the run’s folder is made'),
        onPress: async (): Promise<StepEnd> => {
          const [parent] =
            (await vscode.window.showOpenDialog({
              canSelectFiles: false,
              canSelectFolders: true,
              defaultUri: vscode.Uri.file(fs.existsSync(answers.parent) ? answers.parent : base()),
            })) ?? [];
          if (parent) {
            answers.parent = parent.fsPath;
            answers.folder = '';
          }
          return 'again';
        },
      },
    });
  };

/** Why a run cannot be made in a folder. */
function wrongFolder(value: string, isTaken: WizardServices['isTaken']): string | undefined {
  if (value.trim() === '') return vscode.l10n.t('A run needs a folder.');
  const folder = path.resolve(base(), value);
  if (isTaken(folder)) {
    return vscode.l10n.t('A run is at work in this folder, or waits for its turn: name another folder.');
  }
  const stat = fs.statSync(folder, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return vscode.l10n.t('A file is in the way.');
  if (fs.existsSync(path.join(folder, 'run.json'))) {
    return vscode.l10n.t('This folder holds a run already: resume it, or name another folder.');
  }
  return undefined;
}
