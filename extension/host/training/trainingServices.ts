import * as vscode from 'vscode';
import { processLauncher } from '../../processes/processLauncher.js';
import { processDied } from '../errors.js';
import { setting } from '../settings.js';
import { isTrusted } from '../trust.js';
import type { CudaFolders } from './cudaFolders.js';
import { providerLine } from './describeRun.js';
import type { TrainingServices } from './training.js';

/** Settings are hand-written: a value out of range is clamped. */
const runsAtOnce = (): number => Math.max(1, Math.floor(setting('training.runsAtOnce')) || 1);

/** VS Code's part of training: settings, trust, folders, a process for each run. */
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
