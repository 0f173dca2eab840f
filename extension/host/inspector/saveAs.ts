import path from 'node:path';
import * as vscode from 'vscode';
import { writeAtomically } from '../../disk/atomicFile.js';

/** Proposed destination of an export: beside the source. */
export const fileFor = (source: string, name: string): vscode.Uri =>
  // The name comes from the page: only its last component is used.
  vscode.Uri.file(path.join(path.dirname(source), path.basename(name)));

/** Asks for a destination, then writes. False if the user cancels. */
export async function saveAs(
  proposed: vscode.Uri,
  content: string | ArrayBuffer | Uint8Array,
): Promise<boolean> {
  const ending = path.extname(proposed.fsPath).slice(1);
  const target = await vscode.window.showSaveDialog({
    defaultUri: proposed,
    filters: { [ending.toUpperCase()]: [ending] },
  });
  if (!target) return false;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  if (target.scheme === 'file') await writeAtomically(target.fsPath, bytes);
  else await vscode.workspace.fs.writeFile(target, bytes);
  void offerToOpen(target);
  return true;
}

/** Callers do not await it: the message stays until it is answered or fades. */
async function offerToOpen(target: vscode.Uri): Promise<void> {
  const open = vscode.l10n.t('Open');
  const saved = vscode.l10n.t('{0} saved.', path.basename(target.fsPath));
  if ((await vscode.window.showInformationMessage(saved, open)) !== open) return;
  // HTML opens in the browser; the editor would show its source.
  if (target.fsPath.endsWith('.html')) await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand('vscode.open', target);
}
