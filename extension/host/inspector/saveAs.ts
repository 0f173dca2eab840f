import path from 'node:path';
import * as vscode from 'vscode';
import { writeAtomically } from '../../disk/atomicFile.js';

/** Where an export of a source is proposed to go: beside it. */
export const fileFor = (source: string, name: string): vscode.Uri =>
  // The name comes from the page: only its last part counts.
  vscode.Uri.file(path.join(path.dirname(source), path.basename(name)));

/** Asks where, then writes. False when the user changed their mind. */
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
  return true;
}
