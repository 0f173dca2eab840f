import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import type { ErrorMessages } from '../errors.js';
import { chooseDescriptor, offerToKeep } from './chooseDescriptor.js';
import type { Inspections } from './inspections.js';
import type { TrainingFace, ViewSurroundings } from './inspectorView.js';
import { fileFor, saveAs } from './saveAs.js';

export interface InspectorServices {
  readonly extension: vscode.Uri;
  readonly inspections: Inspections;
  readonly errors: ErrorMessages;
  readonly log: vscode.LogOutputChannel;
  readonly training: TrainingFace;
  readonly steerSweep: ViewSurroundings['steerSweep'];
}

const inspect = (path: string): Thenable<unknown> =>
  vscode.commands.executeCommand(commandIds.inspect, vscode.Uri.file(path));

/** VS Code's part of a view: messages, the clipboard, dialogs, commands, words. */
export const viewSurroundings = (services: InspectorServices): ViewSurroundings => ({
  openInspection: (...subject) => services.inspections.open(...subject),
  training: services.training,
  steerSweep: services.steerSweep,
  words: () => ({ locale: vscode.env.language, strings: vscode.l10n.bundle ?? {} }),
  showLog: () => services.log.show(),
  showError: (error) => void services.errors.show(error),
  copy: (text) => vscode.env.clipboard.writeText(text),
  save: (source, name, content) => saveAs(fileFor(source, name), content),
  chooseDescriptor,
  offerToKeep,
  inspect,
  open: async (path) => {
    const uri = vscode.Uri.file(path);
    const { type } = await vscode.workspace.fs.stat(uri);
    const isFolder = (type & vscode.FileType.Directory) !== 0;
    return isFolder ? inspect(path) : vscode.commands.executeCommand('vscode.open', uri);
  },
  says: {
    otherVersion: () =>
      vscode.l10n.t('This panel is of another version of Weight Geometry: close it and open it again.'),
    notOfTheReport: (file) => vscode.l10n.t('The report does not name the file {0}.', file),
  },
});
