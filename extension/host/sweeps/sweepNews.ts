import path from 'node:path';
import * as vscode from 'vscode';
import type { InspectorPanels } from '../inspector/inspectorPanels.js';
import type { RunNews, Training } from '../training/training.js';
import { sweepOf } from './sweepFolder.js';

/**
 * A sweep is one thing to its user: its runs begin and end without a word, its table shows them. Tells whether the news
 * needs no more telling; the last run of this window's queue says that the queue has come to its end.
 */
export function tellSweepNews(
  { kind, run }: RunNews,
  { training, panels }: { readonly training: Training; readonly panels: InspectorPanels },
): boolean {
  const sweep = sweepOf(run.folder);
  if (sweep === undefined || kind === 'failed') return false;
  const isLast = !training.runs.some(
    (other) => other !== run && sweepOf(other.folder) === sweep && other.phase !== 'finished',
  );
  if (kind === 'finished' && isLast) void offer(sweep, panels);
  return true;
}

async function offer(sweep: string, panels: InspectorPanels): Promise<void> {
  const show = vscode.l10n.t('Show Sweep');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('The sweep “{0}” has come to its end.', path.basename(sweep)),
    show,
  );
  if (chosen === show) panels.open(sweep, 'sweep');
}
