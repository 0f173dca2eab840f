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
import type { Cell, Grid } from '../runs/grid.js';
import { runFolder } from '../runs/sweepFile.js';

export interface InspectSweepOptions {
  readonly signal: AbortSignal;
  readonly onAddition: (addition: ReportAddition) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Whether models may be run: accuracies that are not measured yet are left out otherwise. */
  readonly measures: boolean;
}

/**
 * Interval for rereading the table while runs are measured, which takes minutes: others may train meanwhile.
 */
const readAgainMs = 2000;

/**
 * Inspects a folder of runs over a grid: the axes, the state of each run, and the measurements of finished
 * runs. Existing measurements come at once; the others are made run by run.
 * @throws GeometryError `cancelled`, and errors of reading the runs' files.
 */
export const inspectSweep = async (
  { path: folder, settings, cacheFolder }: InspectRequest,
  grid: Grid,
  { signal, onAddition, onProgress, measures }: InspectSweepOptions,
): Promise<void> => {
  const paper = paperOf(grid.name) ?? measuresOfAnyRun;
  const measured = new Map<string, unknown>();
  const warn = (thrown: unknown, of = folder): void => {
    const { code, message } = toErrorValue(thrown);
    onAddition({ warnings: [{ code, message, path: of }] });
  };
  const readResults = async (): Promise<CellResult[]> => {
    const results = await sweepResults(folder, grid);
    for (const { cell, run, unreadable } of results) {
      if (unreadable !== undefined) {
        const { code, message } = unreadable;
        onAddition({ warnings: [{ code, message, path: runFolder(folder, cell) }] });
      }
      if (measured.has(cell.name) || run?.status !== 'finished') continue;
      const kept = await keptMeasurement(paper, runFolder(folder, cell), run, cacheFolder);
      if (kept !== undefined) measured.set(cell.name, kept);
    }
    const complete = results.map((result) =>
      measured.has(result.cell.name) ? { ...result, analysis: measured.get(result.cell.name) } : result,
    );
    onAddition(sweepSections(folder, grid, paper, complete));
    return results;
  };

  onAddition({ header: sweepHeader(folder, grid, settings), sweep: [sweepAxes(folder, grid, paper)] });
  let results = await readResults();
  if (!measures) return;

  const refused = new Set<string>();
  const waiting = (): { cell: Cell; run: RunFile }[] =>
    results.flatMap(({ cell, run }) =>
      run?.status === 'finished' && !measured.has(cell.name) && !refused.has(cell.name)
        ? [{ cell, run }]
        : [],
    );
  let done = 0;
  for (let next = waiting()[0]; next !== undefined; next = waiting()[0]) {
    throwIfCancelled(signal);
    const { cell, run } = next;
    const all = done + waiting().length;
    const say = (text: string, fraction: number): void =>
      onProgress?.({
        text: `Reconstructions: ${done} of ${all} runs; ${text}`,
        fraction: (done + fraction) / all,
      });
    say(cell.name, 0);
    const reading = again(readAgainMs, () => readResults().then(() => undefined, warn));
    try {
      const analysis = await measureRun(paper, runFolder(folder, cell), run, cacheFolder, {
        signal,
        onProgress: ({ text, fraction }) => say(text, fraction),
      });
      measured.set(cell.name, analysis);
    } catch (thrown) {
      if (!(thrown instanceof GeometryError) || thrown.code === 'cancelled') throw thrown;
      refused.add(cell.name);
      warn(thrown, runFolder(folder, cell));
    } finally {
      await reading.end();
    }
    done++;
    results = await readResults();
  }
};
