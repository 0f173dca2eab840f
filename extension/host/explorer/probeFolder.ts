import path from 'node:path';
import * as vscode from 'vscode';
import type { ErrorValue } from '../../contract/errors.js';
import type { Reader } from '../processes/reader.js';

/** An answer within this time needs no progress message. */
const patienceMs = 500;

/**
 * Why an unknown folder has nothing to inspect; undefined if it has something. A large folder takes a while and
 * the user can cancel: the error's code is then `cancelled`.
 */
export async function probeFolder(reader: Reader, folder: string): Promise<ErrorValue | undefined> {
  const answered = reader.discover(folder).then((reply) => ({ error: reply.ok ? undefined : reply.error }));
  const waited = new Promise<undefined>((resolve) => setTimeout(resolve, patienceMs, undefined));
  const soon = await Promise.race([answered, waited]);
  if (soon) return soon.error;
  const looking = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Looking for checkpoints in {0}…', path.basename(folder) || folder),
    cancellable: true,
  };
  const { error } = await vscode.window.withProgress(looking, (_, token) =>
    Promise.race([answered, givenUp(token)]),
  );
  return error;
}

const givenUp = (token: vscode.CancellationToken): Promise<{ readonly error: ErrorValue }> =>
  new Promise((resolve) => {
    token.onCancellationRequested(() =>
      resolve({ error: { code: 'cancelled', message: 'The search was cancelled.' } }),
    );
  });
