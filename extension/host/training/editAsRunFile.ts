import path from 'node:path';
import * as vscode from 'vscode';
import type { RunConfig } from '../../contract/run.js';

/** Opens a new document with a configuration, named so that the run file schema applies. */
export async function editAsRunFile(name: string, config: RunConfig, folder: string): Promise<void> {
  const content = `${JSON.stringify(config, null, 2)}\n`;
  const uri = vscode.Uri.file(path.join(folder, `${name}.wgrun.json`)).with({ scheme: 'untitled' });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), content);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
}
