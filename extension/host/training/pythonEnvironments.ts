import * as v from 'valibot';
import * as vscode from 'vscode';
import { setting } from '../settings.js';
import type { PlacesToLook } from '../../contract/gpu.js';

/** Microsoft's extension for Python: its interface is documented in its `environments` API. */
const PYTHON = 'ms-python.python';
/** It is not waited for longer than this, in milliseconds. */
const PATIENCE = 5_000;

const chosenSchema = v.object({ path: v.pipe(v.string(), v.minLength(1)) });
type Api = { readonly environments?: { readonly getActiveEnvironmentPath?: (of?: vscode.Uri) => unknown } };

/** The interpreters that the user has selected for the folders of the workspace, where that extension is installed. */
async function selectedInterpreters(folders: readonly vscode.Uri[]): Promise<string[]> {
  const extension = vscode.extensions.getExtension<Api | undefined>(PYTHON);
  if (extension === undefined) return [];
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE));
  try {
    const api = extension.isActive ? extension.exports : await Promise.race([extension.activate(), late]);
    const of = folders.length === 0 ? [undefined] : folders;
    return of.flatMap((folder) => {
      const chosen = v.safeParse(chosenSchema, api?.environments?.getActiveEnvironmentPath?.(folder));
      return chosen.success ? [chosen.output.path] : [];
    });
  } catch {
    // Another extension's fault is no reason not to train.
    return [];
  }
}

/** Where CUDA's files may lie besides the machine's own places. Nothing of Python is run. */
export async function placesToLook(): Promise<PlacesToLook> {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .map(({ uri }) => uri)
    .filter(({ scheme }) => scheme === 'file');
  const named = setting('gpu.cudaFolder').trim();
  return {
    named: named === '' ? [] : [named],
    pythons: await selectedInterpreters(folders),
    projects: folders.map(({ fsPath }) => fsPath),
  };
}
