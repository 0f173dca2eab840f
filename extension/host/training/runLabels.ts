import * as vscode from 'vscode';
import type { Training } from './training.js';
import type { TrainingRun } from './trainingRun.js';

/** Distinct words separated by commas or spaces, without the sign that they are displayed with. */
export const tagsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((tag) => tag.replace(/^#+/, '').slice(0, 100))
      .filter(Boolean),
  ),
];

export async function tagRun(training: Training, run: TrainingRun): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Tags of “{0}”', run.name),
    prompt: vscode.l10n.t('Words with commas between; empty takes all away.'),
    value: (run.labels.tags ?? []).join(', '),
  });
  if (text === undefined) return;
  const { note } = run.labels;
  training.label(run.folder, { tags: tagsIn(text), ...(note === undefined ? {} : { note }) });
}

export async function noteRun(training: Training, run: TrainingRun): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Note on “{0}”', run.name),
    prompt: vscode.l10n.t('What the run was for, or what it showed; empty takes the note away.'),
    value: run.labels.note ?? '',
  });
  if (text === undefined) return;
  const { tags } = run.labels;
  const note = text.trim().slice(0, 10_000);
  training.label(run.folder, { ...(tags ? { tags } : {}), ...(note === '' ? {} : { note }) });
}
