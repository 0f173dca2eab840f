import * as v from 'valibot';
import * as vscode from 'vscode';
import { setting } from '../settings.js';
import type { PlacesToLook } from '../../contract/gpu.js';

/** Microsoft's extension for Python; its documented API lists `environments`. */
const PYTHON = 'ms-python.python';
/** Maximum wait, in milliseconds. */
const PATIENCE = 5_000;

const chosenSchema = v.object({ path: v.pipe(v.string(), v.minLength(1)) });
type Api = { readonly environments?: { readonly getActiveEnvironmentPath?: (of?: vscode.Uri) => unknown } };

/** The interpreters that the user selected for the workspace folders, if that extension is installed. */
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
    // A fault of another extension must not prevent training.
    return [];
  }
}

/** Places of CUDA's files in addition to the machine's standard ones. Runs no Python. */
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
