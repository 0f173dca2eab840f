import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Reply } from '../../contract/calls.js';
import { descriptorFileName, descriptorSchema, type ModelDescriptor } from '../../contract/descriptor.js';
import { standardAddition } from '../../contract/standardModel.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { limits, readText } from '../../disk/regularFile.js';
import { describeModel } from './describeModel.js';
import type { Descriptor, Inspection } from './inspection.js';
import { watchedPlace } from '../watchedPlace.js';

/** Starting point of a new descriptor. Weights do not show heads and read-out, so the user checks it. */
const exampleDescriptor: ModelDescriptor = standardAddition;

/** Lets the user choose the model of the weights; undefined if they cancel. */
export async function chooseDescriptor(inspection: Inspection): Promise<Reply<Descriptor> | undefined> {
  const source = inspection.report?.source;
  const proposed = source?.proposed;
  const choice = await vscode.window.showQuickPick(
    [
      ...(proposed
        ? [
            {
              id: 'confirm' as const,
              label: vscode.l10n.t('Confirm what is recognised…'),
              detail: vscode.l10n.t(
                'Asks for the number of heads, the read-out and the data, and writes {0}.',
                descriptorFileName,
              ),
            },
          ]
        : []),
      {
        id: 'file' as const,
        label: vscode.l10n.t('Choose a descriptor file…'),
        detail: vscode.l10n.t('A {0} or the run.json of a run.', descriptorFileName),
      },
      {
        id: 'write' as const,
        label: vscode.l10n.t('Write a descriptor…'),
        detail: vscode.l10n.t(
          'Opens an example to fill in; save it beside the checkpoints as {0}.',
          descriptorFileName,
        ),
      },
    ],
    {
      title: vscode.l10n.t('What model are these weights of?'),
      placeHolder:
        source?.proposal ??
        vscode.l10n.t('With a descriptor the model can be run, and accuracies are known.'),
    },
  );
  if (choice?.id === 'confirm' && proposed) return describeModel(inspection.source, proposed);
  if (choice?.id === 'file') return readDescriptor(inspection.source);
  if (choice?.id === 'write') {
    const content = `${JSON.stringify(source?.descriptor?.value ?? exampleDescriptor, null, 2)}\n`;
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: 'json', content }),
    );
  }
  return undefined;
}

/** A descriptor from elsewhere applies to this view; beside the checkpoints every inspection finds it. */
export async function offerToKeep(source: string, { value, path: from }: Descriptor): Promise<void> {
  if (from === undefined) return;
  const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(watchedPlace(source)));
  const folder = (type & vscode.FileType.Directory) !== 0 ? watchedPlace(source) : path.dirname(source);
  const file = path.join(folder, descriptorFileName);
  if (path.dirname(from) === folder || fs.existsSync(file)) return;
  const keep = vscode.l10n.t('Keep It There');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Keep this descriptor beside the checkpoints as {0}, so that it is found next time?',
      descriptorFileName,
    ),
    keep,
  );
  if (chosen !== keep) return;
  await writeAtomically(file, `${JSON.stringify(value, null, 2)}\n`);
}

async function readDescriptor(beside: string): Promise<Reply<Descriptor> | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      defaultUri: vscode.Uri.file(path.dirname(beside)),
      filters: { JSON: ['json'] },
      title: vscode.l10n.t('Choose a descriptor file'),
    })) ?? [];
  if (!file) return undefined;
  try {
    const text = await readText(file.fsPath, limits.settings);
    const value = v.parse(descriptorSchema, JSON.parse(text));
    return { ok: true, value: { value, path: file.fsPath } };
  } catch (thrown) {
    return {
      ok: false,
      error: {
        code: 'invalid-descriptor',
        message: vscode.l10n.t('{0} is not a model descriptor.', path.basename(file.fsPath)),
        cause: String(thrown),
      },
    };
  }
}
