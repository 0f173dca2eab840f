import fs from 'node:fs';
import * as vscode from 'vscode';
import type { ErrorValue } from '../../contract/errors.js';
import { bytes } from '../describe.js';

/** An inspection reads every byte. Above this size it takes tens of seconds and needs the user's request. */
const largeBytes = 4 * 2 ** 30;

/** Why a file that was only clicked is not inspected yet; undefined if it is. */
export function waitsBecause(file: string): ErrorValue | undefined {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < largeBytes) return undefined;
  return {
    code: 'too-large',
    message: vscode.l10n.t(
      'This file has {0}, and an inspection reads all of it. Its tensors are listed in the Weight Geometry view.',
      bytes(size),
    ),
  };
}
