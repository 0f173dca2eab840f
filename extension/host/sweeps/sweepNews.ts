import path from 'node:path';
import * as vscode from 'vscode';
import type { ErrorMessages } from '../errors.js';
import type { InspectorPanels } from '../inspector/inspectorPanels.js';
import type { RunNews, Training } from '../training/training.js';
import { sweepOf } from '../sweepFolder.js';

export interface SweepNewsServices {
  readonly training: Training;
  readonly panels: InspectorPanels;
  readonly errors: ErrorMessages;
}

/**
 * A sweep is one unit for its user: its runs begin and end without notifications, its table shows them. Returns
 * whether the news needs no notification. The last run of this window's queue notifies that the queue is
 * finished.
 */
export function tellSweepNews(news: RunNews, { training, panels, errors }: SweepNewsServices): boolean {
  const { run } = news;
  const sweep = sweepOf(run.folder);
  if (sweep === undefined) return false;
  if (news.kind === 'failed') {
    const { error } = news;
    const message = vscode.l10n.t('“{0}” failed. {1}', run.name, error.message);
    // A full disk fails one run after another: one notification is enough.
    void errors.show(
      { ...error, message },
      () => panels.open(sweep, 'sweep'),
      vscode.l10n.t('Show Sweep'),
      `${sweep} ${error.code}`,
    );
  }
  const isLast = !training.runs.some(
    (other) =>
      other !== run && sweepOf(other.folder) === sweep && (other.isActive || other.phase === 'queued'),
  );
  if (isLast && (news.kind === 'finished' || news.kind === 'failed')) void offer(sweep, panels);
  return true;
}

async function offer(sweep: string, panels: InspectorPanels): Promise<void> {
  const show = vscode.l10n.t('Show Sweep');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('Sweep “{0}” finished.', path.basename(sweep)),
    show,
  );
  if (chosen === show) panels.open(sweep, 'sweep');
}
