import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import { libraryTelemetryOff } from '../../contract/libraryTelemetry.js';
import type { PaperEntry } from '../../contract/training.js';
import type { ErrorMessages } from '../errors.js';
import type { InspectorPanels } from '../inspector/inspectorPanels.js';
import { askSteps, inputStep, pickStep, type Step } from '../multiStep.js';
import type { Reader } from '../processes/reader.js';
import { holdsSweep } from '../sweepFolder.js';
import { isTrusted } from '../trust.js';

export interface ReproduceServices {
  /** The command line's bundle. The command does the work, so that window and terminal give the same. */
  readonly command: string;
  readonly reader: Reader;
  readonly panels: InspectorPanels;
  readonly errors: ErrorMessages;
}

/** The wizard's state. */
interface Answers {
  paper: PaperEntry;
  isQuick: boolean;
  folder: string;
}

/** The command by name. */
export const reproduceCommandTable = (services: ReproduceServices) => ({
  [commandIds.reproduce]: async () => {
    if (!(await isTrusted())) return;
    try {
      const answers = await ask(services);
      if (answers !== undefined) await reproduce(services, answers);
    } catch (thrown) {
      void services.errors.show(toErrorValue(thrown));
    }
  },
});

async function ask({ reader }: ReproduceServices): Promise<Answers | undefined> {
  const papers = await reader.papers();
  if (!papers.ok) throw new GeometryError(papers.error.code, papers.error.message, papers.error);
  const [first] = papers.value;
  const answers: Answers = { paper: first!, isQuick: true, folder: '' };
  const steps = [choosePaper(papers.value), chooseExtent, chooseFolder];
  return (await askSteps(vscode.l10n.t('Reproduce a Paper'), steps, answers)) ? answers : undefined;
}

type PaperItem = vscode.QuickPickItem & { readonly paper: PaperEntry };

const choosePaper =
  (papers: readonly PaperEntry[]): Step<Answers> =>
  (answers, place) => {
    const items = papers.map((paper): PaperItem => ({
      ...{ label: paper.id, description: paper.title, detail: paper.about, paper },
    }));
    return pickStep(place, {
      placeholder: vscode.l10n.t(
        'A paper: its runs are trained here, and measured beside published and null',
      ),
      items,
      active: items.find(({ paper }) => paper.id === answers.paper.id),
      onChoose: ({ paper }) => {
        answers.paper = paper;
        return 'next';
      },
    });
  };

type ExtentItem = vscode.QuickPickItem & { readonly isQuick: boolean };

const chooseExtent: Step<Answers> = (answers, place) => {
  const { quick, whole } = answers.paper.runs;
  const items: ExtentItem[] = [
    {
      ...{ label: vscode.l10n.t('Quick'), isQuick: true },
      detail: vscode.l10n.t('Runs: {0}. What shows the paper’s pattern soonest.', quick),
    },
    {
      ...{ label: vscode.l10n.t('Whole'), isQuick: false },
      detail: vscode.l10n.t('Runs: {0}. Hours; it goes on where it was stopped.', whole),
    },
  ];
  return pickStep(place, {
    placeholder: vscode.l10n.t('How much of it'),
    items,
    active: items.find(({ isQuick }) => isQuick === answers.isQuick),
    onChoose: ({ isQuick }) => {
      answers.isQuick = isQuick;
      return 'next';
    },
  });
};

const base = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();

const chooseFolder: Step<Answers> = (answers, place) =>
  inputStep(place, {
    prompt: vscode.l10n.t('Folder of the runs and tables; one that holds them already is gone on with'),
    value: answers.folder === '' ? path.join('papers', answers.paper.id) : answers.folder,
    check: (value) =>
      Promise.resolve(
        fs.statSync(path.resolve(base(), value), { throwIfNoEntry: false })?.isFile()
          ? vscode.l10n.t('A file is in the way.')
          : undefined,
      ),
    onChoose: (value) => (answers.folder = path.resolve(base(), value)),
  });

/** Set explicitly: otherwise VS Code asks which errors to search the output for. */
const noMatchers: string[] = [];

/** Runs the command as a task, and shows its sweep once it exists. */
async function reproduce(
  { command, panels }: ReproduceServices,
  { paper, isQuick, folder }: Answers,
): Promise<void> {
  const args = [command, 'reproduce', paper.id, ...(isQuick ? ['--quick'] : []), '--out', folder];
  const env = { ELECTRON_RUN_AS_NODE: '1', ...libraryTelemetryOff };
  const task = new vscode.Task(
    { type: 'process', paper: paper.id, out: folder },
    vscode.TaskScope.Workspace,
    vscode.l10n.t('reproduce {0}', paper.id),
    'Weight Geometry',
    new vscode.ProcessExecution(process.execPath, args, { cwd: base(), env }),
    noMatchers,
  );
  task.presentationOptions = { clear: true, panel: vscode.TaskPanelKind.Dedicated };
  const running = await vscode.tasks.executeTask(task);
  if (await isBegun(folder, running)) void panels.openBehind(folder, 'sweep');
}

const lookMs = 300;

/** Whether the folder holds a sweep before the task ends. Polled: events of a new folder come late or never. */
async function isBegun(folder: string, running: vscode.TaskExecution): Promise<boolean> {
  const over = new AbortController();
  const ends = vscode.tasks.onDidEndTask(({ execution }) => {
    if (execution === running) over.abort();
  });
  try {
    for (;;) {
      if (holdsSweep(folder)) return true;
      if (over.signal.aborted) return false;
      await setTimeout(lookMs);
    }
  } finally {
    ends.dispose();
  }
}
