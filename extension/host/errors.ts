import * as vscode from 'vscode';
import type { ErrorValue } from '../contract/errors.js';

/** Errors that the host itself creates. */
export const processDied = (role: keyof typeof diedMessages, how?: string): ErrorValue => ({
  code: 'process-died',
  message: diedMessages[role](),
  ...(how === undefined ? {} : { cause: how }),
});

const diedMessages = {
  compute: () => vscode.l10n.t('The process that computes ended before its work was done.'),
  trainer: () =>
    vscode.l10n.t(
      'The process that trains ended before its run was done; every checkpoint written is whole.',
    ),
};

/**
 * Shows an error with the possible actions. The cause goes to the log, never into the message. Errors of one
 * kind are shown one at a time.
 */
export class ErrorMessages {
  private readonly shown = new Set<string>();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /**
   * @param retry action of the first button, if any; `label` is its text.
   * @param kind errors of one kind are shown one at a time. Default: the message.
   */
  async show(
    error: ErrorValue,
    retry?: () => void,
    label = vscode.l10n.t('Retry'),
    kind = error.message,
  ): Promise<void> {
    if (error.code === 'cancelled') return;
    this.log.error(error.message, ...(error.cause === undefined ? [] : [error.cause]));
    if (this.shown.has(kind)) return;
    this.shown.add(kind);
    try {
      const showLog = vscode.l10n.t('Show Log');
      const chosen = await vscode.window.showErrorMessage(error.message, ...(retry ? [label] : []), showLog);
      if (chosen === showLog) this.log.show();
      if (chosen === label) retry?.();
    } finally {
      this.shown.delete(kind);
    }
  }
}
