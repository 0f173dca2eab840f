import path from 'node:path';
import * as vscode from 'vscode';
import type { ErrorValue } from '../../contract/errors.js';
import type { Reader } from '../processes/reader.js';

/** An answer within this time needs no word of its being looked for. */
const patienceMs = 500;

/**
 * Why there is nothing to inspect in a folder of which nothing is known; undefined when there is something. A folder
 * with much under it takes a while, in which the user can give up: then the error's code is `cancelled`.
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
