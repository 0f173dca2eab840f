import type { InspectRequest, Progress } from '../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { ReportAddition } from '../../contract/report.js';
import type { RunFile } from '../../contract/run.js';
import { again } from '../ground/work/again.js';
import { throwIfCancelled } from '../ground/work/tasks.js';
import { keptMeasurement, measureRun } from '../papers/measuredRun.js';
import type { CellResult } from '../papers/paper.js';
import { sweepAxes, sweepHeader, sweepResults, sweepSections } from '../papers/sweepReport.js';
import { measuresOfAnyRun, paperOf } from '../papers/table.js';
import type { Grid } from '../runs/grid.js';
import { runFolder } from '../runs/sweepFile.js';

export interface InspectSweepOptions {
  readonly signal: AbortSignal;
  readonly onAddition: (addition: ReportAddition) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Whether models may be run: accuracies of what was not measured before are left out otherwise. */
  readonly measures: boolean;
}

/** While runs are measured, which takes minutes, others train on: the table is read again this often. */
const readAgainMs = 2000;

/**
 * Inspects a folder of runs over a grid: the axes, where each run stands, and what is measured of finished runs.
 * What was measured before comes at once; the rest is measured run by run.
 * @throws GeometryError `cancelled`, and what reading the runs' files throws.
 */
export const inspectSweep = async (
  { path: folder, settings, cacheFolder }: InspectRequest,
  grid: Grid,
  { signal, onAddition, onProgress, measures }: InspectSweepOptions,
): Promise<void> => {
  const paper = paperOf(grid.name) ?? measuresOfAnyRun;
  const analyses = new Map<string, unknown>();
  const warn = (thrown: unknown, of = folder): void => {
    const { code, message } = toErrorValue(thrown);
    onAddition({ warnings: [{ code, message, path: of }] });
  };
  const readRows = async (): Promise<CellResult[]> => {
    const rows = await sweepResults(folder, grid);
    for (const { cell, run, unreadable } of rows) {
      if (unreadable !== undefined) {
        const { code, message } = unreadable;
        onAddition({ warnings: [{ code, message, path: runFolder(folder, cell) }] });
      }
      if (analyses.has(cell.name) || run?.status !== 'finished') continue;
      const kept = await keptMeasurement(paper, runFolder(folder, cell), run, cacheFolder);
      if (kept !== undefined) analyses.set(cell.name, kept);
    }
    const measured = rows.map((row) =>
      analyses.has(row.cell.name) ? { ...row, analysis: analyses.get(row.cell.name) } : row,
    );
    onAddition(sweepSections(folder, grid, paper, measured));
    return rows;
  };

  onAddition({ header: sweepHeader(folder, grid, settings), sweep: [sweepAxes(folder, grid, paper)] });
  let rows = await readRows();
  if (!measures) return;

  const refused = new Set<string>();
  const waiting = (): { row: CellResult; run: RunFile }[] =>
    rows.flatMap((row) =>
      row.run?.status === 'finished' && !analyses.has(row.cell.name) && !refused.has(row.cell.name)
        ? [{ row, run: row.run }]
        : [],
    );
  let done = 0;
  for (let next = waiting()[0]; next !== undefined; next = waiting()[0]) {
    throwIfCancelled(signal);
    const { row, run } = next;
    const all = done + waiting().length;
    const say = (text: string, fraction: number): void =>
      onProgress?.({
        text: `Reconstructions: ${done} of ${all} runs; ${text}`,
        fraction: (done + fraction) / all,
      });
    say(row.cell.name, 0);
    const reading = again(readAgainMs, () => readRows().then(() => undefined, warn));
    try {
      const result = await measureRun(paper, runFolder(folder, row.cell), run, cacheFolder, {
        signal,
        onProgress: ({ text, fraction }) => say(text, fraction),
      });
      analyses.set(row.cell.name, result);
    } catch (thrown) {
      if (!(thrown instanceof GeometryError) || thrown.code === 'cancelled') throw thrown;
      refused.add(row.cell.name);
      warn(thrown, runFolder(folder, row.cell));
    } finally {
      await reading.end();
    }
    done++;
    rows = await readRows();
  }
};
