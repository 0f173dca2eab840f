import * as vscode from 'vscode';
import { contextKeys } from '../contributions.js';

let isTold = false;

/** A hover about to be shown. The first one completes its step of the walkthrough. */
export function hoverOf(content: vscode.MarkdownString, range: vscode.Range): vscode.Hover {
  if (!isTold) void vscode.commands.executeCommand('setContext', contextKeys.hoverShown, true);
  isTold = true;
  return new vscode.Hover(content, range);
}
