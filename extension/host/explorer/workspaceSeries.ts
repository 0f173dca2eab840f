import * as vscode from 'vscode';
import type { Reader } from '../processes/reader.js';
import type { CheckpointFolders } from './checkpointFolders.js';
import { seriesRows, type SeriesRow } from './seriesRows.js';

/** The series of the workspace, and why some may be missing. */
export interface WorkspaceSeries {
  readonly rows: readonly SeriesRow[];
  readonly problems: readonly string[];
}

/** Finds the series in every folder of the workspace, by names and sizes alone. */
export async function workspaceSeries(reader: Reader, folders: CheckpointFolders): Promise<WorkspaceSeries> {
  await folders.look();
  const tops = (vscode.workspace.workspaceFolders ?? []).flatMap((root) => {
    const there = folders.of(root);
    return there.length > 0 ? [{ top: root.uri.fsPath, folders: there }] : [];
  });
  const replies = await Promise.all(
    tops.map(async ({ top, folders: there }) => ({ top, reply: await reader.seriesOf(top, there) })),
  );
  const problems = replies.flatMap(({ reply }) =>
    reply.ok ? reply.value.warnings.map(({ message }) => message) : [reply.error.message],
  );
  const found = replies.map(({ top, reply }) => ({ top, series: reply.ok ? reply.value.series : [] }));
  return {
    rows: seriesRows(found),
    problems: [...(folders.missing === undefined ? [] : [folders.missing]), ...problems],
  };
}
