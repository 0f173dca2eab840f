import * as vscode from 'vscode';
import { contextKeys } from './contributions.js';

/** The checkpoint or folder that the next comparison starts from, like VS Code's own "Select for Compare". */
export class CompareSelection {
  private chosen: vscode.Uri | undefined;

  get selected(): vscode.Uri | undefined {
    return this.chosen;
  }

  select(uri: vscode.Uri | undefined): void {
    this.chosen = uri;
    const isThere = uri !== undefined;
    void vscode.commands.executeCommand('setContext', contextKeys.hasCompareSelection, isThere);
  }

  /** Base and source of two selected items: the source is the one that the menu was opened on. */
  pair(
    target: vscode.Uri | undefined,
    selected: readonly (vscode.Uri | undefined)[],
  ): [vscode.Uri | undefined, vscode.Uri | undefined] {
    const source = target ?? selected[1];
    return [selected.find((uri) => uri?.toString() !== source?.toString()), source];
  }
}
