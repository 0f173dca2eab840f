import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { SweepRun } from '../../contract/sweep.js';
import type { ErrorMessages } from '../errors.js';
import type { InspectorPanels } from '../inspector/inspectorPanels.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { askText, closeAnswered } from '../multiStep.js';
import { isTrusted } from '../trust.js';
import type { Training } from '../training/training.js';
import { newSweep } from './newSweep.js';
import { holdsSweep, inspectedAt, sweepFile } from '../sweepFolder.js';

export interface SweepCommandServices {
  readonly training: Training;
  readonly panels: InspectorPanels;
  readonly reader: Reader;
  readonly errors: ErrorMessages;
}

/** The place of a sweep, and the file of its grid if it has not begun. */
export interface Place {
  readonly folder: string;
  readonly gridFile: string | undefined;
}

/** Commands of sweeps by name. */
export const sweepCommandTable = (services: SweepCommandServices) => ({
  [commandIds.runSweep]: (target: vscode.Uri | undefined) => runSweep(services, target),
  [commandIds.newSweep]: async () => {
    if (!(await isTrusted())) return;
    try {
      const file = await newSweep(services);
      if (file !== undefined) await runSweep(services, vscode.Uri.file(file));
    } catch (thrown) {
      void services.errors.show(toErrorValue(thrown));
    } finally {
      closeAnswered();
    }
  },
});

/** Begins or continues a sweep: its unfinished runs join the queue, and the panel shows it. */
async function runSweep(
  { training, panels, reader, errors }: SweepCommandServices,
  target: vscode.Uri | undefined,
): Promise<void> {
  if (!(await isTrusted())) return;
  try {
    const place = await placeOfSweep(target);
    closeAnswered();
    if (!place) return;
    const reply = await reader.sweep(place.folder, place.gridFile ?? null);
    if (!reply.ok) {
      void errors.show(reply.error);
      return;
    }
    const waiting = reply.value.runs.filter((run) => queue(training, run));
    panels.openBehind(place.folder, 'sweep');
    if (waiting.length === 0 && reply.value.runs.every(({ status }) => status === 'finished')) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('All runs of “{0}” have finished.', reply.value.name),
      );
    }
  } catch (thrown) {
    void errors.show(toErrorValue(thrown));
  }
}

/** The sweep of a command: that of its target, otherwise the user's choice. Another question may follow at once. */
export async function placeOfSweep(target: vscode.Uri | undefined): Promise<Place | undefined> {
  const file = target instanceof vscode.Uri ? target.fsPath : await pick();
  return file === undefined ? undefined : placeOf(file);
}

/** Queues a run, unless it has finished or is being trained; returns whether it was queued. */
function queue(training: Training, { folder, config, provider, status, begun }: SweepRun): boolean {
  const known = training.run(folder);
  if (status === 'finished' || status === 'running' || status === 'paused') return false;
  if (known?.isActive || known?.phase === 'queued') return false;
  if (known?.state.actions.includes('resume')) training.steer(folder, 'resume');
  else {
    const whenLeft = setting('training.onWindowClose');
    training.start({ config, out: folder, provider, whenLeft, ...(begun ? { resume: true } : {}) });
  }
  return true;
}

async function pick(): Promise<string | undefined> {
  const file = vscode.l10n.t('A grid file…');
  const folder = vscode.l10n.t('The folder of a sweep, to go on with it…');
  const kind = await vscode.window.showQuickPick([file, folder], {
    title: vscode.l10n.t('Run Sweep'),
    placeHolder: vscode.l10n.t('A grid of runs: scales, weight decays, seeds, tasks'),
  });
  if (kind === undefined) return undefined;
  const [chosen] =
    (await vscode.window.showOpenDialog(
      kind === file
        ? { filters: { [vscode.l10n.t('Grid')]: ['json'] }, openLabel: vscode.l10n.t('Run Sweep') }
        : { canSelectFiles: false, canSelectFolders: true, openLabel: vscode.l10n.t('Run Sweep') },
    )) ?? [];
  return chosen?.fsPath;
}

/** A folder or its `sweep.json` resumes; a grid file needs a folder first. */
async function placeOf(file: string): Promise<Place | undefined> {
  const at = inspectedAt(file);
  if (holdsSweep(at)) return { folder: at, gridFile: undefined };
  if (fs.statSync(at).isDirectory()) {
    throw new GeometryError(
      'not-found',
      vscode.l10n.t('{0} holds no {1}: choose the file of a grid to begin a sweep.', at, sweepFile),
    );
  }
  const parent = path.dirname(at);
  const value = await askText({
    title: vscode.l10n.t('Run Sweep'),
    prompt: vscode.l10n.t('Folder of the sweep: it is made, with the grid and a folder for every run in it'),
    value: path.join(parent, path.basename(at).replace(/(\.wggrid)?\.json$/i, '')),
    check: (text) => wrongFolder(path.resolve(parent, text)),
  });
  return value === undefined ? undefined : { folder: path.resolve(parent, value), gridFile: at };
}

const wrongFolder = (folder: string): string | undefined =>
  fs.statSync(folder, { throwIfNoEntry: false })?.isFile()
    ? vscode.l10n.t('A file is in the way.')
    : undefined;
