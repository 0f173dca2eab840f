import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import type { ErrorMessages } from '../errors.js';
import type { InspectorPanels } from '../inspector/inspectorPanels.js';
import { stepNumber, timeLeft } from './describeRun.js';
import type { RunNews, Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';

interface NewsServices {
  readonly training: Training;
  readonly panels: InspectorPanels;
  readonly errors: ErrorMessages;
}

type Teller<K extends RunNews['kind']> = (news: RunNews & { kind: K }, services: NewsServices) => unknown;

/** Notifies the user of a run's events, with the possible actions. */
export function tellNews(news: RunNews, services: NewsServices): void {
  const tell = tellers[news.kind] as Teller<RunNews['kind']>;
  void tell(news, services);
}

const tellers: { readonly [K in RunNews['kind']]: Teller<K> } = {
  // A queued run that starts must not hide what the user looks at: the status bar shows it.
  started: ({ run, atOnce }, { panels }) => {
    if (atOnce) panels.openBehind(run.folder, 'training');
  },
  grokked: ({ run, step }, { panels }) =>
    offer(
      run,
      panels,
      [vscode.l10n.t('“{0}” groks at step {1}.', run.name, stepNumber(step)), ...timeLeft(run)].join(' '),
    ),
  // A grokked run was announced before.
  finished: ({ run }, { panels }) =>
    run.file?.grokStep === undefined
      ? offer(
          run,
          panels,
          vscode.l10n.t('“{0}” finished at step {1} without grokking.', run.name, stepNumber(run.step)),
        )
      : undefined,
  warned: ({ run, message }) =>
    vscode.window.showWarningMessage(vscode.l10n.t('“{0}”: {1}', run.name, message)),
  failed: async ({ run, error }, { training, errors }) => {
    const wantsCuda = error.code === 'no-provider' && run.request?.provider === 'cuda';
    const resume = (): void => training.steer(run.folder, 'resume');
    const install = (): void => void vscode.commands.executeCommand(commandIds.installCuda);
    await errors.show(
      { ...error, message: vscode.l10n.t('“{0}” failed. {1}', run.name, error.message) },
      wantsCuda ? install : resume,
      wantsCuda ? vscode.l10n.t('Install CUDA Provider') : vscode.l10n.t('Resume'),
    );
  },
};

async function offer(run: TrainingRun, panels: InspectorPanels, message: string): Promise<void> {
  const inspect = vscode.l10n.t('Inspect');
  const show = vscode.l10n.t('Show Training');
  const chosen = await vscode.window.showInformationMessage(message, inspect, show);
  if (chosen === inspect) panels.open(run.folder, 'overview');
  if (chosen === show) panels.open(run.folder, 'training');
}
