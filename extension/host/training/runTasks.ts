import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { GeometryError } from '../../contract/errors.js';
import { providerNames } from '../../contract/run.js';
import type { Reader } from '../processes/reader.js';
import { setting } from '../settings.js';
import { foreignFoldersGlob } from '../weightFiles.js';
import { freeFolder } from './freeFolder.js';
import { RunTerminal } from './runTerminal.js';
import type { Training } from './training.js';

/** The type of tasks in `tasks.json`. */
export const runTaskType = 'weight-geometry';

const text = v.pipe(v.string(), v.minLength(1));
/** A task in `tasks.json`, which is hand-written. */
const definitionSchema = v.object({
  type: v.literal(runTaskType),
  /** A preset's name or a run file, relative to the workspace folder. */
  run: text,
  /** `key=value` changes. */
  set: v.exactOptional(v.array(text)),
  provider: v.exactOptional(v.picklist(providerNames)),
  /** Folder of the run, relative to the workspace folder. */
  out: v.exactOptional(text),
});
type Definition = v.InferOutput<typeof definitionSchema>;

interface Services {
  readonly training: Training;
  readonly reader: Reader;
}

const mostRunFiles = 50;
/** Set explicitly: otherwise VS Code asks which errors to search the output for. */
const noMatchers: string[] = [];

/** Runs as tasks: one for each run file of the workspace, and those in `tasks.json`. */
export const runTaskProvider = (services: Services): vscode.TaskProvider => ({
  async provideTasks() {
    const files = await vscode.workspace.findFiles('**/*.wgrun.json', foreignFoldersGlob, mostRunFiles);
    return files.flatMap((file) => {
      const folder = vscode.workspace.getWorkspaceFolder(file);
      if (!folder) return [];
      const run = path.relative(folder.uri.fsPath, file.fsPath).replaceAll(path.sep, '/');
      return [taskOf(services, { type: runTaskType, run }, folder)];
    });
  },
  resolveTask: ({ definition, scope, name }) => {
    const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
    const read = v.safeParse(definitionSchema, definition);
    return read.success ? taskOf(services, read.output, folder, name, definition) : undefined;
  },
});

function taskOf(
  services: Services,
  definition: Definition,
  folder: vscode.WorkspaceFolder | undefined,
  name = vscode.l10n.t('train {0}', definition.run),
  /** The task object that VS Code asked about. */
  asked: vscode.TaskDefinition = definition,
): vscode.Task {
  const base = folder?.uri.fsPath ?? process.cwd();
  const start = (): Promise<string> => startRun(services, definition, base);
  const task = new vscode.Task(
    asked,
    folder ?? vscode.TaskScope.Workspace,
    name,
    'Weight Geometry',
    new vscode.CustomExecution(() => Promise.resolve(new RunTerminal(services.training, start))),
    noMatchers,
  );
  // Nothing waits for its end. The setting for closing windows decides what happens to it.
  task.isBackground = true;
  task.presentationOptions = { clear: true, panel: vscode.TaskPanelKind.Dedicated };
  return task;
}

/** Queues the run of a task and returns its folder. */
async function startRun(
  { training, reader }: Services,
  { run, set = [], provider = 'auto', out }: Definition,
  base: string,
): Promise<string> {
  const file = path.resolve(base, run);
  const reply = await reader.runConfig(fs.existsSync(file) ? file : run, set);
  if (!reply.ok) throw new GeometryError(reply.error.code, reply.error.message, reply.error);
  const config = reply.value;
  const isUsed = (folder: string): boolean => fs.existsSync(folder) || training.isTaken(folder);
  const folder =
    out === undefined ? freeFolder(path.join(base, 'runs'), config.name, isUsed) : path.resolve(base, out);
  if (training.isTaken(folder) || fs.existsSync(path.join(folder, 'run.json'))) {
    throw new GeometryError('invalid-argument', vscode.l10n.t('{0} holds a run already.', folder));
  }
  training.start({ config, out: folder, provider, whenLeft: setting('training.onWindowClose') });
  return folder;
}

/**
 * Shows a requested run as a task, so that the terminal panel lists it and can stop it. Without tasks the run
 * goes on unlisted.
 */
export async function showAsTask(training: Training, folder: string): Promise<void> {
  const name = path.basename(folder);
  const task = new vscode.Task(
    { type: runTaskType, run: name, out: folder },
    vscode.TaskScope.Workspace,
    vscode.l10n.t('train {0}', name),
    'Weight Geometry',
    new vscode.CustomExecution(() =>
      Promise.resolve(new RunTerminal(training, () => Promise.resolve(folder))),
    ),
    noMatchers,
  );
  task.isBackground = true;
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Never,
    panel: vscode.TaskPanelKind.Dedicated,
    focus: false,
    close: true,
  };
  await vscode.tasks.executeTask(task);
}
