import * as vscode from 'vscode';
import { processLauncher } from '../../processes/processLauncher.js';
import { processDied } from '../errors.js';
import { setting } from '../settings.js';
import { isTrusted } from '../trust.js';
import type { CudaFolders } from './cudaFolders.js';
import { providerLine } from './describeRun.js';
import type { TrainingServices } from './training.js';

/** Settings are hand-written: a value out of its range counts as the nearest in it. */
const runsAtOnce = (): number => Math.max(1, Math.floor(setting('training.runsAtOnce')) || 1);

/** What the training of a window takes from VS Code: settings, trust, folders, a process for each run. */
export const trainingServices = (
  bundle: string,
  outputFolder: string,
  log: vscode.LogOutputChannel,
  cuda: CudaFolders,
): Omit<TrainingServices, 'readRun' | 'register'> => ({
  launcher: processLauncher({
    ...{ bundle, outputFolder, log, capacity: runsAtOnce },
    surroundings: ({ provider }) => cuda.surroundings(provider),
    died: (_, how, lastWords) => processDied('trainer', lastWords === '' ? how : `${how}\n${lastWords}`),
  }),
  log,
  whenLeft: () => setting('training.onWindowClose'),
  isTrusted: () => vscode.workspace.isTrusted || isTrusted(),
  isHere: (folder) => vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) !== undefined,
  providerLine,
});
